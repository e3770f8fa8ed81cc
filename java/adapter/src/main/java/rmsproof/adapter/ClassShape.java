package rmsproof.adapter;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Describes the classes of a port to whoever binds them: names, types and what may be left out. */
final class ClassShape {
    private final ClassPort port;
    private final ClassBytes bytes;
    private final ClassLoader loader;

    ClassShape(ClassPort port, ClassBytes bytes, ClassLoader loader) {
        this.port = port;
        this.bytes = bytes;
        this.loader = loader;
    }

    /** A class, how it is made, and what can be called in it. */
    Map<String, Object> of(ClassPort.Candidate candidate) {
        Class<?> type = candidate.type();
        Map<String, Object> shape = new LinkedHashMap<>();
        shape.put("class", candidate.name());
        shape.put("kind", candidate.singleton() != null ? "object"
                : candidate.onlyStatic() ? "static" : type.isRecord() ? "record" : "class");
        shape.put("public", Modifier.isPublic(type.getModifiers()));
        List<String> bases = new ArrayList<>();
        for (Class<?> at = type.getSuperclass(); at != null && OwnTypes.written(at);
                at = at.getSuperclass()) {
            bases.add(at.getName());
        }
        if (!bases.isEmpty()) {
            shape.put("bases", bases);
        }
        if (candidate.from() == null && new Makers(port.language).unprepared(type)) {
            shape.put("unprepared", true);
        }
        String forgotten = new Makers(port.language).forgotten(type);
        if (candidate.from() == null && forgotten != null) {
            shape.put("forgotten", forgotten);
        }
        if (candidate.singleton() == null && !candidate.onlyStatic()
                || candidate.singleton() != null && !candidate.makers().isEmpty()) {
            shape.put("constructors", candidate.makers().stream().map(this::describe).toList());
        }
        Maker globals = port.globals(candidate);
        if (globals != null) {
            shape.put("globals", List.of(describe(globals)));
        }
        shape.put("methods", candidate.methods().stream()
                .map(method -> describe(candidate, method, port.slots(candidate, method))).toList());
        shape.put("bare", port.bare(candidate).stream()
                .map(method -> describe(candidate, method, List.of())).toList());
        shape.put("kept", new Hints(port.language, other -> true).kept(type));
        return shape;
    }

    private Map<String, Object> describe(ClassPort.Candidate candidate, Method method,
            List<Maker.Slot> slots) {
        Class<?> type = candidate.type();
        Type result = Returned.result(method, candidate.from());
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("name", method.getName());
        entry.put("static", Modifier.isStatic(method.getModifiers()));
        Maker caller = candidate.from() == null ? port.caller(method) : null;
        entry.put("parameters", caller == null ? describe(slots) : placed(caller));
        entry.put("returns", port.language.typeName(result, type));
        entry.put("result", result == void.class ? "nothing"
                : port.language.accepts(result, type).kind());
        entry.put("line", null);
        String around = port.around(candidate, method).words();
        if (!around.isEmpty()) {
            entry.put("around", around);
        }
        if (method.getDeclaringClass() != type && candidate.from() == null) {
            entry.put("inherited", true);
        }
        if (TwoCalls.begins(method)) {
            entry.put("begins", true);
        }
        if (candidate.from() == null
                && new Makers(port.language).untold(candidate.type(), method, null)) {
            entry.put("untold", true);
        }
        return entry;
    }

    private Map<String, Object> describe(Maker maker) {
        Map<String, Object> shape = new LinkedHashMap<>();
        shape.put("parameters", placed(maker));
        shape.put("called", maker.called());
        return shape;
    }

    /** The parameters of what makes or calls something, each with its place in code. */
    private List<Map<String, Object>> placed(Maker maker) {
        List<Map<String, Object>> parameters = describe(maker.slots());
        for (int i = 0; i < parameters.size(); i++) {
            Maker.Place place = maker.places().get(i);
            parameters.get(i).put("argument", place.argument());
            if (place.within() != null) {
                parameters.get(i).put("within", place.within().getName());
            }
            if (place.told() != null) { // once it is made
                parameters.get(i).put("later", place.told().getName());
            }
        }
        return parameters;
    }

    private List<Map<String, Object>> describe(List<Maker.Slot> slots) {
        List<Map<String, Object>> shapes = new ArrayList<>();
        for (Maker.Slot slot : slots) {
            Accepts accepts = port.accepts(slot);
            Map<String, Object> shape = new LinkedHashMap<>();
            shape.put("name", slot.name());
            boolean chosen = ClassLanguage.meant(slot.type()) != null;
            shape.put("kind", chosen ? "choice" : accepts.kind());
            shape.put("element", accepts.element());
            if (!accepts.storages().isEmpty()) {
                shape.put("storages", accepts.storages());
            }
            if (accepts.carries()) {
                shape.put("carries", true);
                List<String> otherwise = accepts.holder().apply(0).otherwise();
                if (!otherwise.isEmpty()) {
                    shape.put("otherwise", otherwise);
                }
            }
            if (OwnTypes.owns(slot.raw())) {
                shape.put("own", true);
            } else if (slot.raw().isInterface() && accepts.kind().equals("number")) {
                shape.put("use", Map.of("scheduled", true));
            }
            String owner = slot.owner().getName();
            List<String> hints = new Hints(port.language, other -> bytes.mentions(owner, other.getName()))
                    .of(slot.type());
            if (!hints.isEmpty()) {
                shape.put("hints", hints);
            }
            if (slot.member() instanceof Method method
                    && !new States(port.language, method, slot.raw(), loader).makers().isEmpty()) {
                shape.put("begun", true);
            }
            if (port.mayBeAbsent(slot)) {
                shape.put("absent", true);
                shape.put("silent", Bare.standsIn(slot.raw()));
            }
            if (slot.follows()) {
                shape.put("setter", true);
                shape.put("field", slot.member() instanceof Field);
                if (slot.member() instanceof Field field) {
                    shape.put("also", OpenFields.names(field));
                }
                shape.put("member", slot.owner().getSimpleName() + "." + slot.member().getName());
            }
            shape.put("type", port.language.typeName(
                    slot.type(), slot.owner()));
            shape.put("default", port.hasDefault(slot));
            shape.put("omissible", port.omissible(slot));
            shapes.add(shape);
        }
        return shapes;
    }
}
