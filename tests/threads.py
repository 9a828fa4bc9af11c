"""Two people at the same moment: acts in threads with connections of their own."""

import threading

from django.db import connections


def at_once(*acts):
    """Do the acts in threads that start together; what each returned or raised."""
    results = {}
    start = threading.Barrier(len(acts))

    def work(number, act):
        start.wait()
        try:
            results[number] = act()
        except Exception as error:  # noqa: BLE001 - the test looks at whatever was raised
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return [results[number] for number in range(len(acts))]
