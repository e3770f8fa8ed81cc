package rmsproof.testing;

import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.AnnotationConsumer;

/** The goldens that a {@link GoldenSource} names. */
final class GoldenArguments implements ArgumentsProvider, AnnotationConsumer<GoldenSource> {
    private String folder;

    @Override
    public void accept(GoldenSource source) {
        folder = source.value();
    }

    @Override
    public Stream<Arguments> provideArguments(ExtensionContext context) {
        return Golden.in(folder).stream().map(Arguments::of);
    }
}
