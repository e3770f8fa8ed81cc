package rmsproof.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** Gives a parameterized test every {@link Golden} of a folder on the class path. */
@Documented
@Target({ElementType.ANNOTATION_TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ArgumentsSource(GoldenArguments.class)
public @interface GoldenSource {
    /** The dialect and the precision, such as {@code reference/float64}. */
    String value();
}
