package rmsproof.adapter;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
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
    static final List<String> STORAGES =
            List.of("double[]", "float[]", "List<Double>", "List<Float>");

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
            return acceptsGeneric(erased(generic), generic.getActualTypeArguments());
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
            return Accepts.any(storage -> mapHolder(LinkedHashMap::new, stored(storage)));
        } else if (type.isArray()) {
            return arrayOf(type.getComponentType());
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
                return Accepts.map(null, storage -> mapHolder(map, stored(storage)));
            }
            return Accepts.map(values.element(),
                    storage -> mapHolder(map, values.holder().apply(storage)));
        }
        Function<List<Object>, Object> list = admitted(LISTS, raw, Iterable.class);
        if (list != null) {
            return elements(arguments[0], single -> listHolder(list, single));
        }
        return Accepts.OTHER;
    }

    private static Accepts arrayOf(Type component) {
        Class<?> type = erased(component);
        if (type == double.class) {
            return Accepts.array("float64", storage -> doubles());
        } else if (type == float.class) {
            return Accepts.array("float32", storage -> floats());
        } else if (type.isPrimitive()) {
            return Accepts.OTHER;
        }
        return elements(component, single -> boxedArrays(type, single));
    }

    /** Arrays or lists of objects; the storage chooses between Double and Float if need be. */
    private static Accepts elements(Type element, Function<Boolean, Holder> holder) {
        Class<?> type = erased(element);
        if (type == Double.class) {
            return Accepts.array("float64", storage -> holder.apply(false));
        } else if (type == Float.class) {
            return Accepts.array("float32", storage -> holder.apply(true));
        } else if (type == Number.class || type == Object.class) {
            return Accepts.array(null, storage -> holder.apply(storage % 2 == 1));
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
            case 0 -> doubles();
            case 1 -> floats();
            case 2 -> listHolder(ArrayList::new, false);
            case 3 -> listHolder(ArrayList::new, true);
            default -> throw new IllegalArgumentException(
                    "no storage " + storage + ": the shape has " + STORAGES.size());
        };
    }

    /** A holder of one array; {@code single} where values are narrowed to float. */
    abstract static class PlainHolder implements Holder {
        private final boolean single;

        PlainHolder(boolean single) {
            this.single = single;
        }

        @Override
        public Object map(String[] names, Object[] arrays) {
            throw new UnsupportedOperationException("the parameter takes a plain array");
        }

        @Override
        public double stored(double value) {
            return single ? (float) value : value;
        }

        @Override
        public boolean mutable() {
            return true;
        }

        final Object box(double value) {
            return single ? (Object) (float) value : (Object) value;
        }
    }

    /** Primitive arrays; {@code single} for those of float. */
    static Holder numbers(boolean single) {
        return single ? floats() : doubles();
    }

    private static Holder doubles() {
        return new PlainHolder(false) {
            @Override
            public Object array(double[] values, int offset, int length) {
                return Arrays.copyOfRange(values, offset, offset + length);
            }
        };
    }

    private static Holder floats() {
        return new PlainHolder(true) {
            @Override
            public Object array(double[] values, int offset, int length) {
                float[] array = new float[length];
                for (int i = 0; i < length; i++) {
                    array[i] = (float) values[offset + i];
                }
                return array;
            }
        };
    }

    private static Holder listHolder(Function<List<Object>, Object> make, boolean single) {
        return new PlainHolder(single) {
            @Override
            public Object array(double[] values, int offset, int length) {
                List<Object> list = new ArrayList<>(length);
                for (int i = 0; i < length; i++) {
                    list.add(box(values[offset + i]));
                }
                return make.apply(list);
            }
        };
    }

    private static Holder boxedArrays(Class<?> component, boolean single) {
        return new PlainHolder(single) {
            @Override
            public Object array(double[] values, int offset, int length) {
                Object array = java.lang.reflect.Array.newInstance(component, length);
                for (int i = 0; i < length; i++) {
                    java.lang.reflect.Array.set(array, i, box(values[offset + i]));
                }
                return array;
            }
        };
    }

    private static Holder mapHolder(Supplier<Map<String, Object>> make, Holder arrays) {
        return new Holder() {
            @Override
            public Object array(double[] values, int offset, int length) {
                return arrays.array(values, offset, length);
            }

            @Override
            public Object map(String[] names, Object[] values) {
                Map<String, Object> map = make.get();
                for (int j = 0; j < names.length; j++) {
                    map.put(names[j], values[j]);
                }
                return map;
            }

            @Override
            public double stored(double value) {
                return arrays.stored(value);
            }

            @Override
            public boolean mutable() {
                return true;
            }
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
