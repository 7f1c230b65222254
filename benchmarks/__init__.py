"""What the performance budget asks, measured: `make bench`, or one of them with `BENCH=`."""
