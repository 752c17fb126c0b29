"""What a measurement is, apart from what is measured: ratios and repetitions.  Pure."""
