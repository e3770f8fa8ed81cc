package rmsproof.adapter;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One way to make an instance: a constructor, a static factory or a builder, and what is called on
 * the instance before it is used. All their parameters stand in one row.
 */
final class Maker {
    /** Stands for a parameter that is left to its default, or whose method is not called. */
    static final Object ABSENT = new Object();
    /** How class files mark enums and their cases. */
    private static final int ENUM = 0x4000;

    /**
     * One parameter.
     *
     * @param name as a person would call it: a setter's without {@code set}
     * @param member whose parameter it is, or the field that it is
     * @param position its place there
     * @param follows it is set by a method of its own, which need not be called, or as a field
     * @param settled its type where the executable leaves that open, else null
     */
    record Slot(String name, Member member, int position, boolean follows, Type settled) {

        Slot(String name, Member member, int position, boolean follows) {
            this(name, member, position, follows, null);
        }

        Slot(Member setter) {
            this(property(setter), setter, 0, true);
        }

        Class<?> owner() {
            return member.getDeclaringClass();
        }

        Type type() {
            return settled != null ? settled : member instanceof Field field ? field.getGenericType()
                    : ((Executable) member).getGenericParameterTypes()[position];
        }

        Class<?> raw() {
            return settled != null ? JavaTypes.erased(settled)
                    : member instanceof Field field ? field.getType()
                    : ((Executable) member).getParameterTypes()[position];
        }
    }

    /**
     * Where a parameter stands in code.
     *
     * @param argument its place in the call that makes the instance
     * @param within the class of settings that it is a part of, or null
     * @param told the method that is told it once the instance is made, or null
     */
    record Place(int argument, Class<?> within, Method told) {}

    private final Executable base;
    private final Field receiver;
    private final Maker[] nested;
    private final List<Member> setters;
    private final Method build;
    private final List<Method> setup;
    private final Maker[] told;
    private final Class<?> bare;
    private final List<Slot> slots = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();

    /**
     * @param base makes the instance, or the builder of it
     * @param receiver the static field with the object that {@code base} is a method of, or null
     * @param nested for each parameter of {@code base} that is an object of settings how that is
     *     made, else null
     * @param setters are called with one value each, or set as fields, those that have one
     * @param build ends a builder, or null
     * @param setup is called on the finished instance: it is told sizes
     * @param told for each parameter of what is called so how an object of settings is made, else
     *     null; empty where there are none
     */
    Maker(Executable base, Field receiver, Maker[] nested, List<Member> setters, Method build,
            List<Method> setup, Maker[] told) {
        this.bare = null;
        this.told = told;
        this.base = base;
        this.receiver = receiver;
        this.nested = nested;
        this.setters = setters;
        this.build = build;
        this.setup = setup;
        for (int i = 0; i < nested.length; i++) {
            String name = base.getParameters()[i].getName();
            if (nested[i] == null) {
                slots.add(new Slot(name, base, i, false));
            } else if (nested[i].slots.size() == 1) {
                Slot only = nested[i].slots.get(0);
                slots.add(new Slot(name, only.member, only.position, only.follows));
            } else {
                slots.addAll(nested[i].slots);
            }
            Class<?> within = nested[i] == null ? null : base.getParameterTypes()[i];
            fill(new Place(i, within, null));
        }
        setters.forEach(setter -> slots.add(new Slot(setter)));
        fill(new Place(nested.length, null, null));
        for (Method method : setup) {
            for (int i = 0; i < method.getParameterCount(); i++) {
                if (told(i) == null) {
                    slots.add(new Slot(method.getParameters()[i].getName(), method, i, false));
                } else {
                    slots.addAll(told(i).slots);
                }
                Class<?> within = told(i) == null ? null : method.getParameterTypes()[i];
                fill(new Place(i, within, method));
            }
        }
    }

    /** Makes an object of a class without running a constructor of its, and calls its setters. */
    Maker(Class<?> bare, List<Member> setters) {
        this(bare, null, setters);
    }

    /** Takes the only instance of a class, from the static field that holds it; null for none. */
    Maker(Field singleton, List<Member> setters) {
        this(null, singleton, setters);
    }

    private Maker(Class<?> bare, Field receiver, List<Member> setters) {
        this.bare = bare;
        this.base = null;
        this.receiver = receiver;
        this.nested = new Maker[0];
        this.setters = setters;
        this.build = null;
        this.setup = List.of();
        this.told = new Maker[0];
        setters.forEach(setter -> slots.add(new Slot(setter)));
        fill(new Place(0, null, null));
    }

    /** The place of all parameters that have none yet. */
    private void fill(Place place) {
        while (places.size() < slots.size()) {
            places.add(place);
        }
    }

    /** What is written in code to make the instance: a class or a factory; null for a builder. */
    String called() {
        if (base == null || build != null || receiver != null) {
            return null;
        }
        String owner = base.getDeclaringClass().getName();
        return base instanceof Method ? owner + "." + base.getName() : owner;
    }

    /** Where each parameter stands. */
    List<Place> places() {
        return places;
    }

    private Maker told(int position) {
        return position < told.length ? told[position] : null;
    }

    /** The name of what a setter or a builder's method sets: setLearningRate, withEpsilon, rho. */
    static String property(Member setter) {
        return setter.getName().replaceFirst("^(?:set|with|using)_?(?=[A-Z0-9])", "")
                .replace("_$eq", "");
    }

    List<Slot> slots() {
        return slots;
    }

    /** Supplies the default of a parameter, given the arguments before it. */
    interface Defaults {
        Object of(Executable executable, int position, Object[] earlier)
                throws ReflectiveOperationException;

        /** How many numbers there are. */
        int length();
    }

    /**
     * Makes an instance.
     *
     * @param values one for each slot, {@link #ABSENT} for a default
     */
    Object make(Object[] values, Defaults defaults) throws ReflectiveOperationException {
        return make(values, new int[1], defaults);
    }

    private Object make(Object[] values, int[] next, Defaults defaults)
            throws ReflectiveOperationException {
        Object first = base != null ? constructed(values, next, defaults)
                : bare != null ? Bare.filled(bare, defaults.length()) : owner();
        return settled(first, values, next, defaults);
    }

    private Object constructed(Object[] values, int[] next, Defaults defaults)
            throws ReflectiveOperationException {
        Constructor<?> partly = KotlinDefaults.of(base);
        Object[] arguments = arguments(values, next, defaults, partly == null);
        base.setAccessible(true);
        return partly != null && Arrays.asList(arguments).contains(ABSENT)
                ? KotlinDefaults.make(partly, arguments)
                : base instanceof Constructor<?> constructor
                ? made(constructor, arguments) : ((Method) base).invoke(owner(), arguments);
    }

    /** The arguments of the one call that it is, settings made of what is given for them. */
    Object[] arguments(Object[] values, Defaults defaults) throws ReflectiveOperationException {
        return arguments(values, new int[1], defaults, true);
    }

    private Object[] arguments(Object[] values, int[] next, Defaults defaults, boolean asked)
            throws ReflectiveOperationException {
        Object[] arguments = new Object[nested.length];
        for (int i = 0; i < arguments.length; i++) {
            if (nested[i] != null) {
                arguments[i] = nested[i].make(values, next, defaults);
                continue;
            }
            Object value = values[next[0]++];
            // Of Kotlin's parameters nobody can tell which have a default: an enum may have none.
            boolean open = asked
                    || ClassLanguage.meant(base.getParameterTypes()[i]) != null;
            arguments[i] = value == ABSENT && open ? defaults.of(base, i, arguments) : value;
        }
        return arguments;
    }

    /** Calls a constructor; of an enum's case with parameters, too, as Scala has them. */
    private static Object made(Constructor<?> constructor, Object[] arguments)
            throws ReflectiveOperationException {
        if ((constructor.getDeclaringClass().getModifiers() & ENUM) == 0) {
            return constructor.newInstance(arguments);
        }
        try {
            return MethodHandles.lookup().unreflectConstructor(constructor)
                    .invokeWithArguments(arguments);
        } catch (ReflectiveOperationException hidden) {
            throw hidden;
        } catch (Throwable thrown) {
            throw new InvocationTargetException(thrown);
        }
    }

    /** The instance after its setters, the end of its builder and what is called first. */
    private Object settled(Object first, Object[] values, int[] next, Defaults defaults)
            throws ReflectiveOperationException {
        Object made = first;
        for (Member setter : setters) {
            Object value = values[next[0]++];
            // Of several algorithms the one that is judged.
            Object chosen = value == ABSENT && setter instanceof Method method
                    ? ClassLanguage.meant(method.getParameterTypes()[0]) : null;
            value = chosen != null ? chosen : value;
            if (value != ABSENT && setter instanceof Field field) {
                field.set(OpenFields.owner(field, made), value);
            } else if (value != ABSENT) {
                Object returned = call((Method) setter, made, value);
                // A builder, or a class that is never changed, answers with what comes next.
                made = returned != null && ((Method) setter).getReturnType().isInstance(made)
                        ? returned : made;
            }
        }
        made = build == null ? made : call(build, made);
        for (Method method : setup) {
            Object[] given = new Object[method.getParameterCount()];
            for (int i = 0; i < given.length; i++) {
                given[i] = told(i) == null ? values[next[0]++]
                        : told(i).make(values, next, defaults);
            }
            Object returned = call(method, made, given);
            made = base.getDeclaringClass().isInstance(returned) ? returned : made;
        }
        return made;
    }

    /** The companion whose method makes the instance, or itself; none for a static method. */
    private Object owner() throws IllegalAccessException {
        if (receiver == null) {
            return null;
        }
        receiver.setAccessible(true);
        return receiver.get(null);
    }

    private static Object call(Method method, Object target, Object... arguments)
            throws ReflectiveOperationException {
        method.setAccessible(true);
        return method.invoke(Modifier.isStatic(method.getModifiers()) ? null : target, arguments);
    }
}
