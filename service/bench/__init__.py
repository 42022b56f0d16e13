"""`make bench-service`: the service beside other servers of the same answers, on one machine in one run.

`contenders` says how each server is started and asked, `on_*` is what each of them serves, `wrk` asks, `measure`
goes round. Nothing of the service imports this package, and the wheel does not hold it.
"""
