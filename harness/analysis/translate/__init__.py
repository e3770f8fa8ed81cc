"""Settings of one library's RMSProp for another's: solved for, not copied, and measured.

`algebra` says what a call computes in a normal form, `solve` looks for the settings of the target
that have the same one, `drift` measures how far two calls drift apart where none has, and
`translation` puts it together.
"""
