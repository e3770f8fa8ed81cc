"""Ways of computing RMSProp: the axes on which it varies, and who takes which values."""
