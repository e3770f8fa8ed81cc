package rmsproof.adapter

import java.lang.reflect.{Executable, Field, Method, Modifier, ParameterizedType, Type}
import scala.jdk.CollectionConverters.*
import scala.reflect.ClassTag
import scala.util.Try

/** Scala: classes, case classes and objects, default arguments, and Scala's collections. */
final class ScalaLanguage extends ClassLanguage:

  ForeignTypes.add(ScalaCollections)

  override def name: String = "scala"

  override protected def accepts(parameter: Type, owner: Class[?]): Accepts =
    ScalaTypes.accepts(parameter, prefersFloat(owner))

  override protected def typeName(parameter: Type, owner: Class[?]): String =
    ScalaTypes.name(parameter, prefersFloat(owner))

  /** A class that takes Float and never Double means Float where erasure hides which. */
  private def prefersFloat(owner: Class[?]): Boolean =
    def mentioned(executables: Array[? <: Executable]) =
      executables.flatMap(_.getParameterTypes).toSet
    val types = mentioned(owner.getDeclaredConstructors.asInstanceOf[Array[Executable]])
      ++ mentioned(owner.getDeclaredMethods.asInstanceOf[Array[Executable]])
    def takes(types: Set[Class[?]], wanted: Class[?]*) = wanted.exists(types.contains)
    takes(types, classOf[Float], classOf[Array[Float]])
    && !takes(types, classOf[Double], classOf[Array[Double]])

  // Objects

  override protected def singleton(owner: Class[?]): Field =
    if owner.getName.endsWith("$") then
      Try(owner.getDeclaredField("MODULE$"))
        .filter(field => Modifier.isStatic(field.getModifiers))
        .map { field => field.setAccessible(true); field }
        .getOrElse(null)
    else null

  private def companion(owner: Class[?]): Option[Class[?]] =
    Try(Class.forName(owner.getName + "$", false, owner.getClassLoader)).toOption

  /** An object without fields is the same in every run, so that it need not be loaded anew. */
  override protected def mayHoldState(field: Field): Boolean =
    val stateless = field.getName == "MODULE$" && Iterator
      .iterate[Class[?]](field.getType)(_.getSuperclass)
      .takeWhile(_ != null)
      .flatMap(_.getDeclaredFields)
      .forall(member => Modifier.isStatic(member.getModifiers))
    super.mayHoldState(field) && !stateless

  // Methods

  /** What the compiler adds to case classes and their companions. */
  private val generated = Set("copy", "canEqual", "productElement", "productElementName",
    "unapply", "fromProduct")

  override protected def offers(method: Method): Boolean =
    val owner = method.getDeclaringClass
    val forwarder = Modifier.isStatic(method.getModifiers) && companion(owner).isDefined
    val constructs =
      method.getName == "apply" && owner.getName == method.getReturnType.getName + "$"
    super.offers(method) && !method.getName.contains('$') && !forwarder && !constructs
    && !generated.contains(method.getName)

  override protected def defaultOf(executable: Executable, parameter: Int): Method =
    val owner = executable.getDeclaringClass
    val (holder, name) = executable match
      case method: Method => (Some(owner), method.getName)
      case _ => (companion(owner), "$lessinit$greater")
    val wanted = executable.getParameterTypes()(parameter)
    holder.toList
      .flatMap(_.getDeclaredMethods)
      .find(method => method.getName == s"$name$$default$$${parameter + 1}"
        && wanted.isAssignableFrom(method.getReturnType))
      .orNull

  /** What the compiler would find for a context bound: numbers are doubles. */
  override protected def supplied(parameter: Type): AnyRef =
    val asked = JavaTypes.erased(parameter)
    if !asked.getName.startsWith("scala.") || asked == classOf[Object] then super.supplied(parameter)
    else
      List[AnyRef](Numeric.DoubleIsFractional, Ordering.Double.TotalOrdering, ClassTag.Double)
        .find(instance => asked.isInstance(instance))
        .orNull

  override protected def nothing(parameter: Class[?]): AnyRef =
    if parameter == classOf[Option[?]] then None else super.nothing(parameter)

  override protected def emptyMap(parameter: Class[?]): AnyRef =
    ScalaTypes.emptyMap(parameter).getOrElse(super.emptyMap(parameter))

  override protected def wrap(state: AnyRef, parameter: Class[?]): AnyRef =
    if parameter == classOf[Option[?]] && !state.isInstanceOf[Option[?]] then Option(state)
    else super.wrap(state, parameter)

  // Values

  override def map(value: AnyRef): java.util.Map[?, ?] = value match
    case map: collection.Map[?, ?] => map.asJava
    case other => super.map(other)

  override def sequence(value: AnyRef): AnyRef = value match
    case _: (collection.Map[?, ?] | collection.Set[?]) => null
    case elements: collection.Iterable[?] => elements.asJava
    case other => super.sequence(other)

  override def pair(value: AnyRef): Array[AnyRef] = value match
    case elements: collection.Seq[?] =>
      if elements.lengthCompare(2) == 0 then parts(elements.iterator) else null
    case product: Product =>
      if product.productArity == 2 then parts(product.productIterator) else null
    case other => super.pair(other)

  private def parts(elements: Iterator[?]): Array[AnyRef] =
    elements.map(_.asInstanceOf[AnyRef]).toArray

  override def dereference(value: AnyRef): AnyRef = value match
    case Some(inner: AnyRef) => inner
    case other => other

/** Scala's sequences, as they stand in the fields of a port's classes. */
private object ScalaCollections extends ForeignTypes:

  override protected def accepts(parameter: Type, raw: Class[?]): Accepts =
    if classOf[collection.Iterable[?]].isAssignableFrom(raw) then
      ScalaTypes.accepts(parameter, float = false)
    else if raw == classOf[Option[?]] then optional(parameter)
    else Accepts.OTHER

  /** A field that may be empty: what it holds is there. */
  private def optional(parameter: Type): Accepts = parameter match
    case generic: ParameterizedType =>
      val inner = ScalaTypes.accepts(generic.getActualTypeArguments.head, float = false)
      if inner.kind == "array" then
        Accepts.held("array", inner.element, storage => SomeHolder(inner.holder.apply(storage)))
      else Accepts.OTHER
    case _ => Accepts.OTHER

  private final class SomeHolder(inner: Holder) extends JavaHolders.ContainerHolder(inner):
    override def array(values: Array[Double], offset: Int, length: Int): AnyRef =
      Some(inner.array(values, offset, length))
    override def together(names: Array[String], values: Array[AnyRef]): AnyRef = values.head
    override def container: Container = Container.ARRAY
    override def view(value: AnyRef): AnyRef = value match
      case option: Option[?] => option.map(held => inner.view(held.asInstanceOf[AnyRef])).orNull
      case other => inner.view(other)
    override def in(loader: ClassLoader): Holder = SomeHolder(inner.in(loader))

  override protected def made(
      raw: Class[?],
      keys: java.util.List[AnyRef],
      elements: java.util.List[AnyRef]
  ): AnyRef =
    if raw == classOf[Option[?]] then elements.asScala.headOption
    else ScalaTypes.filled(raw, keys.asScala.toSeq, elements.asScala.toSeq).orNull

  override protected def remade(value: AnyRef, elements: java.util.List[AnyRef]): AnyRef =
    value match
      case map: collection.immutable.Map[?, ?] =>
        map.mapFactory.from(map.keys.zip(elements.asScala))
      case several: collection.immutable.Seq[?] => several.iterableFactory.from(elements.asScala)
      case _: Some[?]                           => Some(elements.get(0))
      case _                                    => null

  override protected def view(value: AnyRef): AnyRef = value match
    case map: collection.mutable.Map[?, ?] => map.asJava
    case map: collection.Map[?, ?] => unchanging(map.values)
    case elements: collection.mutable.Seq[?] => elements.asJava
    case _: LazyList[?] => null
    case elements: collection.Iterable[?] => unchanging(elements)
    case option: Option[?] => unchanging(option)
    case tuple: Product if tuple.getClass.getName.startsWith("scala.Tuple") =>
      unchanging(tuple.productIterator)
    case _ => null

  private def unchanging(elements: IterableOnce[?]): AnyRef =
    java.util.Collections.unmodifiableCollection(elements.iterator.toSeq.asJavaCollection)

  override protected def sequence(value: AnyRef): AnyRef = value match
    // A lazy one may have no end.
    case _: (collection.Map[?, ?] | collection.Set[?] | LazyList[?]) => null
    case elements: collection.Iterable[?] => elements.asJava
    case _ => null
