"""Code blocks judged where they are published: extract, bind, judge, repair and go on."""
