using F = Ballast.Functional;

namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' vae: pictures through eight numbers, each drawn from a normal distribution.</summary>
static class VariationalAutoencoder
{
    public static IEnumerable<double> Losses()
    {
        var images = (ProgramData.Pictures(128, 1, 12, 5).Images > 0.5).To(ElementType.Float32);
        var model = new Vae();
        var optimizer = new Adam(model.Parameters(), learningRate: 1e-3);
        foreach (var (data, _) in ProgramData.Forever(new DataLoader(new TensorDataset(images), batchSize: 32, shuffle: true)))
        {
            optimizer.ZeroGrad();
            var (recon, mu, logvar) = model.Run(data);
            var loss = Loss(recon, data, mu, logvar);
            loss.Backward();
            optimizer.Step();
            yield return loss.Item() / 32.0;
        }
    }

    static Tensor Loss(Tensor recon, Tensor x, Tensor mu, Tensor logvar)
    {
        var bce = F.BinaryCrossEntropy(recon, x.Reshape(-1, 144), reduction: Reduction.Sum);
        var kld = -0.5 * (1 + logvar - mu.Pow(2) - logvar.Exp()).Sum();
        return bce + kld;
    }

    sealed class Vae : Module
    {
        readonly Linear fc1, fc21, fc22, fc3, fc4;

        public Vae()
        {
            fc1 = Register("fc1", new Linear(144, 64));
            fc21 = Register("fc21", new Linear(64, 8));
            fc22 = Register("fc22", new Linear(64, 8));
            fc3 = Register("fc3", new Linear(8, 64));
            fc4 = Register("fc4", new Linear(64, 144));
        }

        public (Tensor Recon, Tensor Mu, Tensor LogVar) Run(Tensor x)
        {
            var h1 = fc1.Forward(x.Reshape(-1, 144)).Relu();
            var (mu, logvar) = (fc21.Forward(h1), fc22.Forward(h1));
            var std = (0.5 * logvar).Exp();
            var z = mu + Tensor.Randn(std.Shape) * std;
            return (Forward(z), mu, logvar);
        }

        public override Tensor Forward(Tensor input) => fc4.Forward(fc3.Forward(input).Relu()).Sigmoid();
    }
}
