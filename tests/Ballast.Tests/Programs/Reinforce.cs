namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' reinforce: a pole is balanced on a cart. A loss is an episode of at most 60 steps.</summary>
static class Reinforce
{
    public static IEnumerable<double> Losses()
    {
        var env = new CartPole();
        var policy = new Policy();
        var optimizer = new Adam(policy.Parameters(), learningRate: 1e-2);
        while (true)
        {
            var state = env.Reset();
            List<Tensor> logProbabilities = [];
            for (int t = 0; t < 60; t++)
            {
                var probabilities = policy.Forward(Tensor.From(Array.ConvertAll(state, static v => (float)v), [1, 4]));
                var action = probabilities.Multinomial(1);
                logProbabilities.Add(probabilities.Gather(1, action).Log().Reshape(1));
                (state, bool done) = env.Step(action.Item<long>());
                if (done)
                    break;
            }

            float[] returns = new float[logProbabilities.Count];
            double r = 0;
            for (int t = returns.Length - 1; t >= 0; t--)
                returns[t] = (float)(r = 1 + 0.99 * r);
            var normalized = Tensor.From(returns, [returns.Length]);
            normalized = (normalized - normalized.Mean()) / (normalized.Std() + 1.1920929e-07);
            optimizer.ZeroGrad();
            var loss = (-Tensor.Concat([.. logProbabilities]) * normalized).Sum();
            loss.Backward();
            optimizer.Step();
            yield return loss.Item();
        }
    }

    sealed class CartPole
    {
        double[] state = [];

        public double[] Reset() => state = Array.ConvertAll(Tensor.Rand([4]).ToArray(), static v => v * 0.1 - 0.05);

        public (double[] State, bool Done) Step(long action)
        {
            double theta = state[2], speed = state[3], force = action == 1 ? 10 : -10;
            double temp = (force + 0.05 * speed * speed * Math.Sin(theta)) / 1.1;
            double turn = (9.8 * Math.Sin(theta) - Math.Cos(theta) * temp) / (0.5 * (4.0 / 3.0 - 0.1 * Math.Cos(theta) * Math.Cos(theta) / 1.1));
            double push = temp - 0.05 * turn * Math.Cos(theta) / 1.1;
            state = [state[0] + 0.02 * state[1], state[1] + 0.02 * push, theta + 0.02 * speed, speed + 0.02 * turn];
            return (state, Math.Abs(state[0]) > 2.4 || Math.Abs(state[2]) > 12 * 2 * Math.PI / 360);
        }
    }

    sealed class Policy : Module
    {
        readonly Linear affine1, affine2;
        readonly Dropout dropout;

        public Policy()
        {
            affine1 = Register("affine1", new Linear(4, 32));
            dropout = Register("dropout", new Dropout(0.6));
            affine2 = Register("affine2", new Linear(32, 2));
        }

        public override Tensor Forward(Tensor input) => affine2.Forward(dropout.Forward(affine1.Forward(input)).Relu()).Softmax(1);
    }
}
