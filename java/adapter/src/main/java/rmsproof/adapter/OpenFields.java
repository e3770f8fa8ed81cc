package rmsproof.adapter;

import java.lang.invoke.MethodType;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Settings that are fields: those that whoever uses a class may set, by themselves or by a method,
 * those that another class of the port does set, the static ones of classes that its code names, and
 * those of an object that its code is handed by a static method, always the same, or a static field.
 */
final class OpenFields {
    private static final Set<Class<?>> NUMBERS =
            Set.of(double.class, float.class, Double.class, Float.class);

    private OpenFields() {}

    /** Those of a class and of what it extends, then those of classes that it names, by name. */
    static List<Field> of(Class<?> type) {
        List<Field> found = new ArrayList<>();
        for (Class<?> at = type; at != null && OwnTypes.written(at); at = at.getSuperclass()) {
            found.addAll(declared(at));
            if (at.getClassLoader() instanceof ClassBytes.Loader loader) {
                elsewhere(at.getName(), loader).forEach(found::add);
            }
        }
        return found.stream().distinct().toList();
    }

    /** Those that the code of a class names, static or of an object that it is handed. */
    private static Stream<Field> elsewhere(String type, ClassBytes.Loader loader) {
        List<String> members = loader.pool(type).members();
        return members.stream().flatMap(name -> Stream.concat(
                named(name, loader).filter(field -> Modifier.isStatic(field.getModifiers())),
                handed(name, loader).filter(field -> members.stream().anyMatch(other ->
                        other.startsWith(field.getDeclaringClass().getName() + ".")
                                && reads(other, field)))));
    }

    private static List<Field> declared(Class<?> type) {
        List<Field> found = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (isOpen(field)) {
                field.setAccessible(true);
                found.add(field);
            }
        }
        found.sort(Comparator.comparing(Field::getName));
        return found;
    }

    private static Stream<Field> named(String name, ClassBytes.Loader loader) {
        try {
            int dot = name.lastIndexOf('.');
            Class<?> owner = Class.forName(name.substring(0, dot), false, loader);
            String called = name.substring(dot + 1);
            // Of an object, as Kotlin and Scala have them, all its variables are at hand.
            boolean whole = Arrays.stream(owner.getDeclaredFields()).anyMatch(field ->
                    field.getName().equals(called) && field.getType() == owner);
            return declared(owner).stream().filter(field -> whole || reads(name, field));
        } catch (ClassNotFoundException | LinkageError absent) {
            return Stream.empty();
        }
    }

    /** Tells whether a member that code names is a field, or a method that is called as it is read. */
    private static boolean reads(String member, Field field) {
        String called = member.substring(member.lastIndexOf('.') + 1);
        return called.equals(field.getName()) || called.equalsIgnoreCase("get" + field.getName());
    }

    /** The fields of an object that all are handed by a member that code names; else nothing. */
    private static Stream<Field> handed(String name, ClassBytes.Loader loader) {
        int dot = name.lastIndexOf('.');
        String called = name.substring(dot + 1);
        try {
            Class<?> owner = Class.forName(name.substring(0, dot), false, loader);
            Stream<Member> members = Stream.concat(Arrays.stream(owner.getDeclaredFields()),
                    Arrays.stream(owner.getDeclaredMethods())
                            .filter(method -> method.getParameterCount() == 0));
            for (Member member : members.filter(one -> one.getName().equals(called)
                    && Modifier.isStatic(one.getModifiers())).toList()) {
                Class<?> type = member instanceof Field field ? field.getType()
                        : ((Method) member).getReturnType();
                List<Field> fields = OwnTypes.owns(type) ? declared(type) : List.of();
                if (!fields.isEmpty() && value(member) != null && value(member) == value(member)) {
                    loader.handing().put(type, member);
                    return fields.stream().filter(one -> !Modifier.isStatic(one.getModifiers()));
                }
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError refused) {
            return Stream.empty(); // who gets nothing of it sets nothing there
        }
        return Stream.empty();
    }

    private static Object value(Member member) throws ReflectiveOperationException {
        ((AccessibleObject) member).setAccessible(true);
        return member instanceof Field field ? field.get(null) : ((Method) member).invoke(null);
    }

    /** Tells whether a member is set on no object of a class: it is static, or all are handed its. */
    static boolean isShared(Member member, Class<?> type) {
        return Modifier.isStatic(member.getModifiers())
                || !member.getDeclaringClass().isAssignableFrom(type);
    }

    /** What a field is set on: an object that has it, else the one that all are handed. */
    static Object owner(Field field, Object target) throws ReflectiveOperationException {
        Class<?> type = field.getDeclaringClass();
        boolean elsewhere = !Modifier.isStatic(field.getModifiers()) && !type.isInstance(target)
                && type.getClassLoader() instanceof ClassBytes.Loader;
        return elsewhere ? value(((ClassBytes.Loader) type.getClassLoader()).handing().get(type))
                : target;
    }

    /** Tells whether a field is a number that somebody else can set, or does. */
    static boolean isOpen(Field field) {
        int modifiers = field.getModifiers();
        return NUMBERS.contains(field.getType()) && !Modifier.isFinal(modifiers)
                && !field.isSynthetic() && OwnTypes.written(field.getDeclaringClass())
                && (!Modifier.isPrivate(modifiers) || hasSetter(field) || isSetElsewhere(field));
    }

    /** Tells whether a method of its name sets a field, or one that is told numbers alone. */
    private static boolean hasSetter(Field field) {
        Class<?> owner = field.getDeclaringClass();
        String name = Pattern.quote(field.getName().replaceFirst("^_|_$", ""));
        return Arrays.stream(owner.getDeclaredMethods()).anyMatch(method ->
                method.getParameterCount() == 1
                        && method.getName().matches("(?i)(?:set|with)?" + name + "(?:_\\$eq)?")
                        || isToldNumbers(method) && told(method, field) != null);
    }

    /** What a method calls a number that it is told and puts into a field, as it is; else null. */
    static String told(Method method, Field field) {
        Class<?> owner = method.getDeclaringClass();
        if (!(owner.getClassLoader() instanceof ClassBytes.Loader loader)) {
            return null;
        }
        String descriptor = MethodType.methodType(
                method.getReturnType(), method.getParameterTypes()).toMethodDescriptorString();
        List<Integer> places = loader.pool(owner.getName()).told(method.getName() + descriptor,
                field.getDeclaringClass().getName() + "." + field.getName());
        int place = Modifier.isStatic(method.getModifiers()) ? 0 : 1;
        for (Parameter one : method.getParameters()) {
            if (places.contains(place)) {
                return one.getName();
            }
            place += one.getType() == double.class || one.getType() == long.class ? 2 : 1;
        }
        return null;
    }

    /** What the methods that tell a field its number call it. */
    static List<String> names(Field field) {
        return Arrays.stream(field.getDeclaringClass().getDeclaredMethods())
                .map(method -> told(method, field)).filter(Objects::nonNull).sorted().toList();
    }

    /**
     * Tells whether a number is what somebody told or could have: that of a field that is open, or
     * that code of the port is handed, or asks for, and keeps. What is written there is the port's.
     */
    static boolean mayBeTold(Field field) {
        Class<?> owner = field.getDeclaringClass();
        String path = owner.getName() + "." + field.getName();
        return isOpen(field) || owner.getClassLoader() instanceof ClassBytes.Loader loader
                && StreamSupport.stream(loader.names().spliterator(), false)
                        .anyMatch(name -> loader.pool(name).fetches(path));
    }

    /** The numbers that a class, or one nested with it, shares with others and may be told. */
    static List<Field> shared(Class<?> type) {
        if (!(type.getClassLoader() instanceof ClassBytes.Loader loader)) {
            return List.of();
        }
        String whole = type.getName().replaceFirst("\\$.*", "");
        return StreamSupport.stream(loader.names().spliterator(), false)
                .filter(name -> name.equals(whole) || name.startsWith(whole + "$"))
                .flatMap(name -> Stream.concat(elsewhere(name, loader),
                        loader.pool(name).members().stream()
                                .map(member -> field(member, loader)).filter(Objects::nonNull)
                                .filter(field -> Modifier.isStatic(field.getModifiers())
                                        && !Modifier.isFinal(field.getModifiers())
                                        && mayBeTold(field))))
                .distinct().toList();
    }

    private static Field field(String member, ClassBytes.Loader loader) {
        int dot = member.lastIndexOf('.');
        try {
            Field field = Class.forName(member.substring(0, dot), false, loader)
                    .getDeclaredField(member.substring(dot + 1));
            field.setAccessible(true);
            return NUMBERS.contains(field.getType()) ? field : null;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError none) {
            return null;
        }
    }

    private static boolean isToldNumbers(Method method) {
        return !Modifier.isPrivate(method.getModifiers()) && method.getParameterCount() > 0
                && Arrays.stream(method.getParameterTypes()).allMatch(NUMBERS::contains);
    }

    /** Tells whether another class of the port sets a field, as one may that is nested with it. */
    private static boolean isSetElsewhere(Field field) {
        Class<?> owner = field.getDeclaringClass();
        if (!(owner.getClassLoader() instanceof ClassBytes.Loader loader)) {
            return false;
        }
        String path = owner.getName() + "." + field.getName();
        for (String name : loader.names()) {
            if (!name.equals(owner.getName()) && loader.pool(name).sets(path)) {
                return true;
            }
        }
        return false;
    }
}
