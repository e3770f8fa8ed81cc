package rmsproof.adapter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** Java's arrays, lists and maps of them, as holders make them. */
final class JavaHolders {

    private JavaHolders() {}

    /** A holder of one array; {@code single} where values are narrowed to float. */
    abstract static class PlainHolder implements Holder {
        private final boolean single;

        PlainHolder(boolean single) {
            this.single = single;
        }

        @Override
        public Object together(String[] names, Object[] arrays) {
            return arrays[0];
        }

        @Override
        public Container container() {
            return Container.ARRAY;
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

    static Holder doubles() {
        return new PlainHolder(false) {
            @Override
            public Object array(double[] values, int offset, int length) {
                return Arrays.copyOfRange(values, offset, offset + length);
            }
        };
    }

    static Holder floats() {
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

    static Holder listHolder(Function<List<Object>, Object> make, boolean single) {
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

    static Holder boxedArrays(Class<?> component, boolean single) {
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

    /** A holder of containers; its arrays are another's. */
    abstract static class ContainerHolder implements Holder {
        private final Holder arrays;

        ContainerHolder(Holder arrays) {
            this.arrays = arrays;
        }

        @Override
        public Object array(double[] values, int offset, int length) {
            return arrays.array(values, offset, length);
        }

        @Override
        public double stored(double value) {
            return arrays.stored(value);
        }

        @Override
        public boolean mutable() {
            return true;
        }

        @Override
        public Object view(Object array) {
            return arrays.view(array);
        }

        @Override
        public Holder gradients() {
            return arrays.gradients();
        }

        @Override
        public void feed(Object array, Object gradients) throws ReflectiveOperationException {
            arrays.feed(array, gradients);
        }
    }

    static Holder mapHolder(Supplier<Map<String, Object>> make, Holder arrays) {
        return new ContainerHolder(arrays) {
            @Override
            public Object together(String[] names, Object[] values) {
                Map<String, Object> map = make.get();
                for (int j = 0; j < names.length; j++) {
                    map.put(names[j], values[j]);
                }
                return map;
            }

            @Override
            public Container container() {
                return Container.MAP;
            }

            @Override
            public Holder in(ClassLoader loader) {
                return mapHolder(make, arrays.in(loader));
            }
        };
    }

    static Holder listOfArrays(Function<List<Object>, Object> make, Holder arrays) {
        return new ContainerHolder(arrays) {
            @Override
            public Holder weightsAlone() {
                Holder alone = arrays.weightsAlone();
                return alone == null ? null : listOfArrays(make, alone);
            }

            @Override
            public Object together(String[] names, Object[] values) {
                return make.apply(Arrays.asList(values));
            }

            @Override
            public Container container() {
                return Container.LIST;
            }

            @Override
            public Holder in(ClassLoader loader) {
                return listOfArrays(make, arrays.in(loader));
            }
        };
    }

    static Holder matrixHolder(Function<List<Object>, Object> make, Holder rows) {
        return new AloneHolder(rows) {
            @Override
            public Object array(double[] values, int offset, int length) {
                return make.apply(List.of(super.array(values, offset, length)));
            }

            @Override
            public Holder in(ClassLoader loader) {
                return matrixHolder(make, rows.in(loader));
            }
        };
    }

    /** Lists of arrays with one array each. */
    static Holder oneRow(Holder lists) {
        return new AloneHolder(lists) {
            @Override
            public Object array(double[] values, int offset, int length) {
                return lists.together(new String[] {"w"},
                        new Object[] {super.array(values, offset, length)});
            }

            @Override
            public Holder in(ClassLoader loader) {
                return oneRow(lists.in(loader));
            }
        };
    }

    /** One array a call, held by something that shows its numbers flat. */
    private abstract static class AloneHolder extends ContainerHolder {
        AloneHolder(Holder rows) {
            super(rows);
        }

        @Override
        public Object together(String[] names, Object[] values) {
            return values[0];
        }

        @Override
        public Container container() {
            return Container.ARRAY;
        }

        @Override
        public Object view(Object array) {
            double[] flat = Flat.of(array);
            return flat == null ? array : flat;
        }
    }

    /** One number a call, and an optimizer or an index for each. */
    static Holder scalars(boolean single) {
        return new PlainHolder(single) {
            @Override
            public Object array(double[] values, int offset, int length) {
                return box(values[offset]);
            }

            @Override
            public Container container() {
                return Container.SCALAR;
            }

            @Override
            public boolean mutable() {
                return false;
            }

            @Override
            public Object view(Object value) {
                return value instanceof Number number
                        ? new double[] {number.doubleValue()} : value;
            }
        };
    }
}
