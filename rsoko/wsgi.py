"""Entry point of the web server."""

import os

from django.core.wsgi import get_wsgi_application

from rsoko import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rsoko.settings")
embedded.start()

application = get_wsgi_application()
