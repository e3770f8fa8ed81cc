"""What the languages of the JVM share: Java itself, jars by hash, compiling, class archives."""
