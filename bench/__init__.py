"""The figures that are promised, each measured beside a bare reference in the same run."""
