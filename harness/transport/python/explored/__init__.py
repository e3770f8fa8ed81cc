"""What no shape binds is looked at from outside: objects are made, and what moves what is seen."""
