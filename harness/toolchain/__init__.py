"""What a port needs before it can be asked anything: a JVM, jars, compiled classes."""
