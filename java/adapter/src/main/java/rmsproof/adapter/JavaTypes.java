package rmsproof.adapter;

import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Java's types: what a parameter takes, and the arrays, lists and maps to give it. */
final class JavaTypes {
    /** How an untyped parameter may want its arrays, the likeliest first. */
    private static final List<String> STORAGES = List.of("maps of double[]", "maps of float[]",
            "maps of List<Double>", "maps of List<Float>", "lists of double[]", "double[]");

    /** In the order of preference: the first that a parameter's type admits is used. */
    private static final List<Choice<Supplier<Map<String, Object>>>> MAPS = List.of(
            new Choice<>(LinkedHashMap.class, LinkedHashMap::new),
            new Choice<>(TreeMap.class, TreeMap::new),
            new Choice<>(ConcurrentHashMap.class, ConcurrentHashMap::new),
            new Choice<>(ConcurrentSkipListMap.class, ConcurrentSkipListMap::new));

    private static final List<Choice<Function<List<Object>, Object>>> LISTS = List.of(
            new Choice<>(ArrayList.class, ArrayList::new),
            new Choice<>(LinkedList.class, LinkedList::new),
            new Choice<>(Vector.class, Vector::new));

    private record Choice<V>(Class<?> type, V make) {}

    private JavaTypes() {}

    static Accepts accepts(Type type) {
        if (type instanceof Class<?> plain) {
            return acceptsClass(plain);
        } else if (type instanceof ParameterizedType generic) {
            Accepts foreign = ForeignTypes.of(generic, erased(generic));
            return foreign != Accepts.OTHER ? foreign
                    : acceptsGeneric(erased(generic), generic.getActualTypeArguments());
        } else if (type instanceof GenericArrayType array) {
            return arrayOf(array.getGenericComponentType());
        }
        return accepts(bound(type));
    }

    private static Accepts acceptsClass(Class<?> type) {
        if (type == double.class || type == Double.class) {
            return Accepts.number("float64", value -> value);
        } else if (type == float.class || type == Float.class) {
            return Accepts.number("float32", value -> (float) value);
        } else if (type == Number.class) {
            return Accepts.number(null, value -> value);
        } else if (type == Object.class) {
            return Accepts.any(STORAGES, storage -> switch (storage) {
                case 4 -> JavaHolders.listOfArrays(ArrayList::new, JavaHolders.doubles());
                case 5 -> JavaHolders.doubles();
                default -> JavaHolders.mapHolder(LinkedHashMap::new, stored(storage));
            });
        } else if (type == int.class || type == Integer.class) {
            return Accepts.plain("count", value -> (int) value);
        } else if (type == long.class || type == Long.class) {
            return Accepts.plain("count", value -> (long) value);
        } else if (type == int[].class) { // of layers, or of an array: one row of all
            return Accepts.plain("sizes", value -> new int[] {1, (int) value});
        } else if (type == Integer[].class) {
            return Accepts.plain("sizes", value -> new Integer[] {1, (int) value});
        } else if (type == boolean.class || type == Boolean.class) {
            return Accepts.plain("flag", value -> value != 0);
        } else if (type == String.class) {
            return Accepts.plain("text", value -> "");
        } else if (type.isArray()) {
            return arrayOf(type.getComponentType());
        } else if (OwnTypes.owns(type)) {
            return OwnTypes.accepts(type);
        }
        // A raw type is read as one of unknown arguments.
        return acceptsGeneric(type, new Type[] {Object.class, Object.class});
    }

    private static Accepts acceptsGeneric(Class<?> raw, Type[] arguments) {
        Supplier<Map<String, Object>> map = admitted(MAPS, raw, Map.class);
        if (map != null) {
            boolean named = erased(arguments[0]).isAssignableFrom(String.class);
            Accepts values = accepts(arguments[1]);
            if (!named || !values.kind().equals("array") && !values.kind().equals("any")) {
                return Accepts.OTHER;
            } else if (values.kind().equals("any")) {
                return Accepts.held("map", null, null).open(STORAGES.subList(0, 4),
                        storage -> JavaHolders.mapHolder(map, stored(storage)));
            }
            return Accepts.held("map", values.element(), null).open(values.storages(),
                    storage -> JavaHolders.mapHolder(map, values.holder().apply(storage)))
                    .carrying(values.carries());
        }
        Function<List<Object>, Object> list = admitted(LISTS, raw, Iterable.class);
        if (list == null) {
            Accepts function = OwnTypes.owns(raw) ? null : Source.function(raw, arguments);
            Accepts schedule = OwnTypes.owns(raw) ? null : Source.schedule(raw, arguments);
            return OwnTypes.owns(raw) ? OwnTypes.accepts(raw) : function != null ? function
                    : schedule != Accepts.OTHER ? schedule : TupleHolder.accepts(raw, arguments);
        } else if (erased(arguments[0]) == Object.class) {
            return Accepts.held("array", null, null).open(
                    List.of("List<Double>", "List<Float>", "lists of double[]"),
                    storage -> storage == 2 ? JavaHolders.listOfArrays(list, JavaHolders.doubles())
                            : JavaHolders.listHolder(list, storage == 1));
        }
        Accepts values = accepts(arguments[0]);
        if (values.kind().equals("array")) {
            return Accepts.held("list", values.element(), null).open(values.storages(),
                    storage -> JavaHolders.listOfArrays(list, values.holder().apply(storage)))
                    .carrying(values.carries());
        } else if (values.kind().equals("list")) {
            return Accepts.held("list", values.element(),
                    storage -> JavaHolders.listOfArrays(list, values.whole()));
        }
        return elements(arguments[0], single -> JavaHolders.listHolder(list, single));
    }

    private static Accepts arrayOf(Type component) {
        Class<?> type = erased(component);
        if (type == double.class) {
            return Accepts.held("array", "float64", storage -> JavaHolders.doubles());
        } else if (type == float.class) {
            return Accepts.held("array", "float32", storage -> JavaHolders.floats());
        } else if (type.isPrimitive()) {
            return Accepts.OTHER;
        }
        Accepts values = type == Object.class ? Accepts.OTHER : accepts(component);
        if (values.kind().equals("array") && OwnTypes.owns(type)) {
            return Accepts.held("list", values.element(), null).open(values.storages(),
                    storage -> ownArrays(type, values.holder().apply(storage)))
                    .carrying(values.carries());
        } else if (values.kind().equals("array") || values.kind().equals("list")) {
            return arrayOfArrays(type, values);
        }
        return elements(component, single -> JavaHolders.boxedArrays(type, single));
    }

    /** The arrays of all parameters in a row, or one parameter that is a matrix. */
    private static Accepts arrayOfArrays(Class<?> component, Accepts values) {
        return Accepts.held("list", values.element(), null).open(
                List.of("an array of arrays", "a matrix of one row"),
                storage -> storage == 0 ? JavaHolders.listOfArrays(rows(component), values.whole())
                        : JavaHolders.matrixHolder(rows(component), values.whole()));
    }

    private static Function<List<Object>, Object> rows(Class<?> component) {
        return arrays -> {
            Object made = java.lang.reflect.Array.newInstance(component, arrays.size());
            for (int i = 0; i < arrays.size(); i++) {
                java.lang.reflect.Array.set(made, i, arrays.get(i));
            }
            return made;
        };
    }

    /** An array of objects of the port's own, each an array of numbers. */
    private static Holder ownArrays(Class<?> component, Holder objects) {
        return new JavaHolders.ContainerHolder(objects) {
            @Override
            public Object together(String[] names, Object[] values) {
                return rows(component).apply(List.of(values));
            }

            @Override
            public Container container() {
                return Container.LIST;
            }

            @Override
            public Holder in(ClassLoader loader) {
                return ownArrays(OwnTypes.in(component, loader), objects.in(loader));
            }
        };
    }

    /** Arrays or lists of objects; the storage chooses between Double and Float if need be. */
    private static Accepts elements(Type element, Function<Boolean, Holder> holder) {
        Class<?> type = erased(element);
        if (type == Double.class) {
            return Accepts.held("array", "float64", storage -> holder.apply(false));
        } else if (type == Float.class) {
            return Accepts.held("array", "float32", storage -> holder.apply(true));
        } else if (type == Number.class || type == Object.class) {
            return Accepts.held("array", null, null).open(
                    List.of("doubles", "floats"), storage -> holder.apply(storage == 1));
        }
        return Accepts.OTHER;
    }

    /** A new empty map that a parameter of this type admits, or null. */
    static Object emptyMap(Class<?> type) {
        boolean any = type == Object.class;
        Supplier<Map<String, Object>> map = admitted(MAPS, any ? Map.class : type, Map.class);
        return map == null ? null : map.get();
    }

    private static <V> V admitted(List<Choice<V>> offered, Class<?> asked, Class<?> family) {
        if (family.isAssignableFrom(asked)) {
            for (Choice<V> choice : offered) {
                if (asked.isAssignableFrom(choice.type)) {
                    return choice.make;
                }
            }
        }
        return null;
    }

    private static Holder stored(int storage) {
        return switch (storage) {
            case 0 -> JavaHolders.doubles();
            case 1 -> JavaHolders.floats();
            case 2 -> JavaHolders.listHolder(ArrayList::new, false);
            case 3 -> JavaHolders.listHolder(ArrayList::new, true);
            default -> throw new IllegalArgumentException(
                    "no storage " + storage + ": there are " + STORAGES.size());
        };
    }

    /** The type that stands for a wildcard or a type variable. */
    static Type bound(Type type) {
        if (type instanceof WildcardType wildcard) {
            Type[] lower = wildcard.getLowerBounds();
            return lower.length > 0 ? lower[0] : wildcard.getUpperBounds()[0];
        }
        return ((TypeVariable<?>) type).getBounds()[0];
    }

    /** The type of a field in a class that may say what the base that declares it leaves open. */
    static Type inherited(Field field, Class<?> type) {
        Map<Type, Type> settled = new HashMap<>();
        for (Class<?> at = type; at != field.getDeclaringClass(); at = at.getSuperclass()) {
            if (at.getGenericSuperclass() instanceof ParameterizedType base) {
                Type[] arguments = base.getActualTypeArguments();
                for (int i = 0; i < arguments.length; i++) {
                    settled.put(at.getSuperclass().getTypeParameters()[i],
                            settled.getOrDefault(arguments[i], arguments[i]));
                }
            }
        }
        return settled.getOrDefault(field.getGenericType(), field.getGenericType());
    }

    static Class<?> erased(Type type) {
        if (type instanceof Class<?> plain) {
            return plain;
        } else if (type instanceof ParameterizedType generic) {
            return (Class<?>) generic.getRawType();
        } else if (type instanceof GenericArrayType array) {
            return erased(array.getGenericComponentType()).arrayType();
        }
        return erased(bound(type));
    }

    /** Writes a type with simple names: {@code Map<String, float[]>}. */
    static String name(Type type) {
        if (type instanceof ParameterizedType generic) {
            return name(generic.getRawType()) + Arrays.stream(generic.getActualTypeArguments())
                    .map(JavaTypes::name).collect(Collectors.joining(", ", "<", ">"));
        } else if (type instanceof GenericArrayType array) {
            return name(array.getGenericComponentType()) + "[]";
        } else if (type instanceof Class<?> plain) {
            return plain.getSimpleName();
        }
        return type.getTypeName().replaceAll("[\\w.]+\\.(?=\\w)", "");
    }
}
