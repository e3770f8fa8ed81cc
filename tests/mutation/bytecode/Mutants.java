import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pitest.classinfo.ClassName;
import org.pitest.mutationtest.engine.MutationDetails;
import org.pitest.mutationtest.engine.gregor.GregorMutater;
import org.pitest.mutationtest.engine.gregor.config.Mutator;
import org.pitest.reloc.asm.ClassReader;
import org.pitest.reloc.asm.ClassVisitor;
import org.pitest.reloc.asm.ClassWriter;
import org.pitest.reloc.asm.FieldVisitor;
import org.pitest.reloc.asm.Opcodes;

/**
 * Makes every mutant of a class that PIT has an operator for.
 *
 * <p>Each goes into a numbered folder of its own and is told of in a line of JSON. Different
 * operators may make the same bytes; that is one mutant with several operators. The class as it
 * was before any of them, which is what the mutants are held against, goes into {@code original}.
 */
final class Mutants {
    private Mutants() {}

    /** Arguments: the folder of the class file, the class's name, and where the mutants go. */
    public static void main(String[] arguments) throws IOException {
        String name = arguments[1];
        Path target = Path.of(arguments[2]);
        byte[] original = opened(Files.readAllBytes(Path.of(arguments[0], name + ".class")));
        write(target.resolve("original"), name, original);

        GregorMutater pit =
                new GregorMutater(asked -> Optional.of(original), method -> true, Mutator.all());
        List<MutationDetails> found = new ArrayList<>(pit.findMutations(ClassName.fromString(name)));
        found.sort(Comparator.comparing(MutationDetails::getLineNumber)
                .thenComparing(MutationDetails::getInstructionIndex)
                .thenComparing(MutationDetails::getMutator));
        Map<ByteBuffer, List<MutationDetails>> mutants = new LinkedHashMap<>();
        for (MutationDetails details : found) {
            ByteBuffer bytes = ByteBuffer.wrap(pit.getMutation(details.getId()).getBytes());
            mutants.computeIfAbsent(bytes, same -> new ArrayList<>()).add(details);
        }
        int number = 0;
        for (Map.Entry<ByteBuffer, List<MutationDetails>> mutant : mutants.entrySet()) {
            String folder = Integer.toString(number++);
            write(target.resolve(folder), name, mutant.getKey().array());
            System.out.println(told(folder, mutant.getValue()));
        }
    }

    /**
     * The class with fields that may be written anywhere, which changes nothing of what it does.
     *
     * <p>Of an operator that writes a final field outside the constructor one would only learn that
     * the JVM refuses it.
     */
    private static byte[] opened(byte[] original) {
        ClassWriter writer = new ClassWriter(0);
        new ClassReader(original).accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public FieldVisitor visitField(
                    int access, String name, String type, String signature, Object value) {
                return super.visitField(
                        access & ~Opcodes.ACC_FINAL, name, type, signature, value);
            }
        }, 0);
        return writer.toByteArray();
    }

    private static void write(Path folder, String name, byte[] bytes) throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve(name + ".class"), bytes);
    }

    private static JsonObject told(String folder, List<MutationDetails> made) {
        JsonArray operators = new JsonArray();
        for (MutationDetails details : made) {
            // org.pitest....mutators.rv.AOR1Mutator, ...RemoveConditionalMutator_ORDER_IF
            String full = details.getMutator();
            operators.add(full.substring(full.lastIndexOf('.') + 1).replace("Mutator", ""));
        }
        MutationDetails first = made.get(0);
        JsonObject line = new JsonObject();
        line.addProperty("folder", folder);
        line.add("operators", operators);
        line.addProperty("method", first.getId().getLocation().getMethodName());
        line.addProperty("line", first.getLineNumber());
        line.addProperty("description", first.getDescription());
        return line;
    }
}
