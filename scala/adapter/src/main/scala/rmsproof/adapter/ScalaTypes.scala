package rmsproof.adapter

import java.lang.reflect.{GenericArrayType, ParameterizedType, Type, TypeVariable, WildcardType}
import scala.collection.concurrent.TrieMap
import scala.collection.{immutable, mutable}

/** Scala's types: what a parameter takes, and the maps and sequences to give it. */
private[adapter] object ScalaTypes:

  /** A collection class and how to fill it; the first that a parameter's type admits is used. */
  private final case class Choice[-A, +C](made: Class[?], mutable: Boolean, make: Seq[A] => C)

  // immutable.Map is asked for most: VectorMap keeps the order of the names, whatever their number.
  private val maps: List[Choice[(String, AnyRef), AnyRef]] = List(
    Choice(classOf[immutable.VectorMap[?, ?]], false, immutable.VectorMap.from(_)),
    Choice(classOf[immutable.ListMap[?, ?]], false, immutable.ListMap.from(_)),
    Choice(classOf[immutable.HashMap[?, ?]], false, immutable.HashMap.from(_)),
    Choice(classOf[immutable.TreeMap[?, ?]], false, immutable.TreeMap.from(_)),
    Choice(classOf[mutable.LinkedHashMap[?, ?]], true, mutable.LinkedHashMap.from(_)),
    Choice(classOf[mutable.HashMap[?, ?]], true, mutable.HashMap.from(_)),
    Choice(classOf[mutable.TreeMap[?, ?]], true, mutable.TreeMap.from(_)),
    Choice(classOf[TrieMap[?, ?]], true, TrieMap.from(_))
  )

  private val sequences: List[Choice[AnyRef, AnyRef]] = List(
    Choice(classOf[Vector[?]], false, _.toVector),
    Choice(classOf[List[?]], false, _.toList),
    Choice(classOf[LazyList[?]], false, LazyList.from(_)),
    Choice(classOf[immutable.ArraySeq[?]], false, immutable.ArraySeq.from(_)),
    Choice(classOf[mutable.ArrayBuffer[?]], true, mutable.ArrayBuffer.from(_)),
    Choice(classOf[mutable.ListBuffer[?]], true, mutable.ListBuffer.from(_)),
    Choice(classOf[mutable.ArraySeq[?]], true, mutable.ArraySeq.from(_))
  )

  private def admitted[A, C](offered: List[Choice[A, C]], asked: Class[?]): Option[Choice[A, C]] =
    offered.find(choice => asked.isAssignableFrom(choice.made))

  /** What an erased number in an array may be, the likeliest first. */
  private val erasedNumbers = java.util.List.of("Double", "Float")

  /**
   * What a parameter of this type can be given.
   *
   * @param float
   *   whether a number whose type is erased is taken to be a Float
   */
  def accepts(parameter: Type, float: Boolean): Accepts =
    def single(storage: Int): Boolean = storage match
      case 0 => float
      case 1 => true
      case _ => throw IllegalArgumentException(s"no storage $storage: there are 2")
    parameter match
      case generic: ParameterizedType =>
        val raw = JavaTypes.erased(generic)
        val arguments = generic.getActualTypeArguments
        if classOf[collection.Map[?, ?]].isAssignableFrom(raw) then
          acceptsMap(raw, arguments(0), accepts(arguments(1), float), single)
        else if classOf[collection.Iterable[?]].isAssignableFrom(raw) && arguments.length == 1 then
          acceptsSequence(raw, arguments(0), float, single)
        else if raw == classOf[Option[?]] then Accepts.OTHER
        else JavaTypes.accepts(parameter)
      case variable: (TypeVariable[?] | WildcardType) =>
        accepts(JavaTypes.bound(variable), float)
      case plain: Class[?] if plain == classOf[Object] =>
        Accepts.any(
          erasedNumbers,
          storage => MapHolder(maps.head, JavaHolders.numbers(single(storage)))
        )
      case other => JavaTypes.accepts(other)

  /** A new empty map that a parameter of this type admits, if it is one of Scala's. */
  def emptyMap(parameter: Class[?]): Option[AnyRef] =
    val asked =
      parameter == classOf[Object] || classOf[collection.Map[?, ?]].isAssignableFrom(parameter)
    if asked then admitted(maps, parameter).map(_.make(Nil)) else None

  /** A map or a sequence of a class, filled; none for any other class. */
  def filled(raw: Class[?], keys: Seq[AnyRef], elements: Seq[AnyRef]): Option[AnyRef] =
    if classOf[scala.collection.Map[?, ?]].isAssignableFrom(raw) then
      admitted(maps, raw).map(_.make(keys.map(_.toString).zip(elements)))
    else if classOf[scala.collection.Iterable[?]].isAssignableFrom(raw) then
      admitted(sequences, raw).map(_.make(elements))
    else None

  private def acceptsMap(
      raw: Class[?],
      key: Type,
      values: Accepts,
      single: Int => Boolean
  ): Accepts =
    val named = JavaTypes.erased(key).isAssignableFrom(classOf[String])
    (admitted(maps, raw), values.kind) match
      case (Some(choice), "array") if named =>
        Accepts
          .held("map", values.element, null)
          .open(values.storages, storage => MapHolder(choice, values.holder.apply(storage)))
      case (Some(choice), "any") if named =>
        Accepts
          .held("map", null, null)
          .open(
            erasedNumbers,
            storage => MapHolder(choice, JavaHolders.numbers(single(storage)))
          )
      case _ => Accepts.OTHER

  private def acceptsSequence(
      raw: Class[?],
      element: Type,
      float: Boolean,
      single: Int => Boolean
  ): Accepts =
    def of(choice: Choice[AnyRef, AnyRef]): Accepts =
      def numbers(name: String, narrows: Int => Boolean) =
        Accepts.held("array", name, storage => SequenceHolder(choice, narrows(storage)))
      JavaTypes.erased(element) match
        // Double and Float are erased where they are arguments of a type.
        case erased if erased == classOf[Object] =>
          numbers(if float then "float32" else "float64", single)
        case boxed if boxed == classOf[java.lang.Double] => numbers("float64", _ => false)
        case boxed if boxed == classOf[java.lang.Float] => numbers("float32", _ => true)
        case _ =>
          val values = accepts(element, float)
          if values.kind == "array" then
            Accepts
              .held("list", values.element, null)
              .open(values.storages, storage => ListHolder(choice, values.holder.apply(storage)))
              .carrying(values.carries)
          else Accepts.OTHER
    admitted(sequences, raw).fold(Accepts.OTHER)(of)

  private final class SequenceHolder(choice: Choice[AnyRef, AnyRef], single: Boolean)
      extends JavaHolders.PlainHolder(single):
    def array(values: Array[Double], offset: Int, length: Int): AnyRef =
      choice.make(Seq.tabulate(length)(i => box(values(offset + i))))
    override def mutable: Boolean = choice.mutable

  private final class MapHolder(choice: Choice[(String, AnyRef), AnyRef], arrays: Holder)
      extends JavaHolders.ContainerHolder(arrays):
    def together(names: Array[String], values: Array[AnyRef]): AnyRef =
      choice.make(names.toSeq.zip(values))
    def container: Container = Container.MAP
    override def in(loader: ClassLoader): Holder = MapHolder(choice, arrays.in(loader))
    override def mutable: Boolean = choice.mutable || arrays.mutable

  private final class ListHolder(choice: Choice[AnyRef, AnyRef], arrays: Holder)
      extends JavaHolders.ContainerHolder(arrays):
    def together(names: Array[String], values: Array[AnyRef]): AnyRef =
      choice.make(values.toSeq)
    def container: Container = Container.LIST
    override def in(loader: ClassLoader): Holder = ListHolder(choice, arrays.in(loader))
    override def mutable: Boolean = choice.mutable || arrays.mutable

  /**
   * Writes a type as in Scala: `Map[String, Array[Double]]`. What is erased in a sequence is
   * written as the number it most likely was.
   */
  def name(parameter: Type, float: Boolean): String = parameter match
    case array: GenericArrayType => s"Array[${name(array.getGenericComponentType, float)}]"
    case generic: ParameterizedType =>
      val raw = JavaTypes.erased(generic)
      val sequence = classOf[collection.Seq[?]].isAssignableFrom(raw)
      val arguments = generic.getActualTypeArguments.map {
        case erased if sequence && erased == classOf[Object] => if float then "Float" else "Double"
        case argument => name(argument, float)
      }
      if raw.getName.startsWith("scala.Tuple") then arguments.mkString("(", ", ", ")")
      else arguments.mkString(name(raw, float) + "[", ", ", "]")
    case plain: Class[?] if plain.isArray => s"Array[${name(plain.getComponentType, float)}]"
    case plain: Class[?] if plain == classOf[Object] => "Any"
    case plain: Class[?] if plain == Void.TYPE => "Unit"
    case plain: Class[?] => plain.getSimpleName.capitalize
    case wildcard: WildcardType => name(JavaTypes.bound(wildcard), float)
    case other => other.getTypeName
