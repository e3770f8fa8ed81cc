package rmsproof.adapter

import java.lang.management.ManagementFactory
import scala.jdk.CollectionConverters.*

/** The editions are what their port.toml says. */
class EditionsSuite extends munit.FunSuite:

  private def edition(name: String) = Ports.base.resolve(s"editions/$name/RMSProp.scala")

  private lazy val host =
    val classpath = Ports.compile(edition("class")).fold(sys.error, identity)
    Ports.bind(Host.load("scala", PortFiles(classpath, "")), "RMSProp")

  for (name, golden) <- Ports.goldens do
    test(s"class equals $name bit for bit"):
      val hyperparameters = golden.getAsJsonObject("hyperparameters")
      val weights = golden.getAsJsonObject("weights")
      val names = weights.keySet.asScala.toSeq
      val lengths = names.map(weights.getAsJsonArray(_).size)
      val gradients = Ports.members(golden, "gradients")
      val roles = Array("learning_rate", "decay_rate", "epsilon")
      assertEquals(
        host.open("float64", roles, roles.map(role => Ports.number(hyperparameters.get(role))),
          names.toArray, lengths.toArray, Ports.flat(weights, names, lengths).toArray),
        null
      )
      val present =
        for step <- gradients; name <- names yield if step.has(name) then 1.toByte else 0.toByte
      val steps = host.run(
        gradients.size,
        gradients.flatMap(Ports.flat(_, names, lengths)).toArray,
        present.toArray
      )
      assertEquals(steps.failure, null)
      val expected = Ports.members(golden, "trajectory")
        .flatMap(step => Ports.flat(step.getAsJsonObject("weights"), names, lengths))
      assertEquals(
        steps.weights.toSeq.map(java.lang.Double.doubleToLongBits),
        expected.map(java.lang.Double.doubleToLongBits)
      )

  test("a companion that only has defaults does not make every scenario load classes anew"):
    def loaded = ManagementFactory.getClassLoadingMXBean.getTotalLoadedClassCount
    def scenario() = Ports.run(host, Seq(1, 2, 3), Seq(1, 1, 1))
    scenario()
    val before = loaded
    for _ <- 1 to 50 do scenario()
    assert(loaded - before < 50, s"${loaded - before} classes were loaded in 50 scenarios")

  test("published does not compile, for its statement at the top level"):
    val message = Ports.compile(edition("published")).swap.getOrElse("")
    assert(message.contains("Illegal start of toplevel definition"), message)
