"""How you are doing: every figure of `srs stats`, worked out from answers and from where cards stand."""
