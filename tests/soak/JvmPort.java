import java.util.Map;

/** An optimizer that misbehaves as the scenario says: by its learning rate, of 1/1024ths. */
public class JvmPort {
  private final double learningRate;
  private final double decayRate;
  private final double epsilon;
  private final int deed;
  private final Map<String, double[]> average = new java.util.HashMap<>();
  private int step;

  public JvmPort(double learningRate, double decayRate, double epsilon) {
    this.learningRate = learningRate;
    this.decayRate = decayRate;
    this.epsilon = epsilon;
    double number = learningRate * 1024;
    this.deed = number <= 14 ? (int) number : 1;
  }

  public void update(Map<String, double[]> gradients, Map<String, double[]> weights) {
    step++;
    before();
    gradients.forEach(
        (name, g) -> {
          double[] v = average.computeIfAbsent(name, key -> new double[g.length]);
          double[] w = weights.get(name);
          for (int i = 0; i < g.length; i++) {
            v[i] = decayRate * v[i] + (1 - decayRate) * (g[i] * g[i]);
            w[i] -= learningRate * g[i] / (Math.sqrt(v[i]) + epsilon);
          }
        });
    if (step == 3) {
      after(weights);
    }
  }

  // In the order of the names that the soak test gives them.
  private void before() {
    switch (deed) {
      case 2 -> System.out.println("a line ".repeat(50_000));
      case 3 -> new Thread(JvmPort::sleep).start();
      case 4 -> sleep();
      case 5 -> spin();
      case 6 -> System.exit(0);
      case 7 -> Runtime.getRuntime().halt(1);
      case 8 -> throw new IllegalStateException("not today");
      case 9 -> deeper(0);
      case 10 -> System.out.println(new long[Integer.MAX_VALUE].length);
      case 11 -> write(0);
      default -> { }
    }
  }

  private void after(Map<String, double[]> weights) {
    switch (deed) {
      case 12 -> weights.get("w")[2] += 1e-6;
      case 13 -> weights.remove("b");
      case 14 -> weights.put("b", new double[1]);
      default -> { }
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(600_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void spin() {
    while (step > 0) {
      Thread.onSpinWait();
    }
  }

  private int deeper(int depth) {
    return 1 + deeper(depth + 1);
  }

  /** Writes where nothing may be written: the whole machine goes down. */
  private static void write(long address) {
    try {
      var field = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe");
      field.setAccessible(true);
      Object unsafe = field.get(null);
      unsafe.getClass().getMethod("putLong", long.class, long.class).invoke(unsafe, address, 7L);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
