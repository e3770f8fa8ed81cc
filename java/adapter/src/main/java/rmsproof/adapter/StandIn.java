package rmsproof.adapter;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;

/** Objects that answer for what nobody implements: functions, and schedules of a number. */
final class StandIn {
    private StandIn() {}

    /** The function that returns what it is given; what is given nothing answers with a number. */
    static Object function(Class<?> type) {
        return Proxy.newProxyInstance(StandIn.class.getClassLoader(), new Class<?>[] {type},
                (self, method, given) -> {
                    if (method.isDefault()) {
                        return Bare.byDefault(self, method, given);
                    }
                    Class<?> answer = method.getReturnType();
                    Object first = given == null || given.length == 0 ? (Object) ObjectMaker.NUMBER : given[0];
                    return answer == boolean.class ? (Object) true
                            : answer == int.class ? (Object) 1
                            : answer == double.class && !(first instanceof Double)
                                    ? (Object) ObjectMaker.NUMBER : answer == void.class ? null : first;
                });
    }

    /** What alone an interface is asked for, where that is a number at every turn; else null. */
    static Method turning(Class<?> type) {
        List<Method> open = Arrays.stream(type.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers())).toList();
        Class<?> answer = open.size() == 1 ? open.get(0).getReturnType() : void.class;
        boolean turns = (answer == double.class || answer == float.class)
                && Arrays.stream(open.get(0).getParameterTypes())
                        .allMatch(asked -> asked == int.class || asked == long.class);
        return turns ? open.get(0) : null;
    }

    /** What says the same number at every turn, as a schedule may; what is silent for the rest. */
    static Object saying(Class<?> type, Method turning, Object number)
            throws ReflectiveOperationException {
        Object silent = Bare.silent(type);
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (self, method, given) -> method.equals(turning) ? number
                        : method.isDefault() ? Bare.byDefault(self, method, given)
                                : method.invoke(silent, given));
    }
}
