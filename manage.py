#!/usr/bin/env python
"""Django's command line; starts the embedded servers where no address is given."""

import os
import sys

from rsoko import embedded

WITHOUT_SERVERS = ["analyze_results"]  # commands that read and write files alone


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rsoko.settings")
    if sys.argv[1:2] != WITHOUT_SERVERS:
        embedded.start()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
