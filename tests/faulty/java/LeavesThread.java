/** Leaves a thread running that would keep a program from its end. */
class LeavesThread extends Right {
    LeavesThread(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        new Thread(() -> {
            while (true) {
                try {
                    Thread.sleep(600_000);
                } catch (InterruptedException ignored) {
                    Thread.yield();
                }
            }
        }).start();
    }
}
