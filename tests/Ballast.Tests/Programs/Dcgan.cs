namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' dcgan: one network makes pictures of noise, another tells them from real ones. A loss is the sum of both.
/// </summary>
static class Dcgan
{
    const int Nz = 16, Ngf = 8, Ndf = 8, Nc = 1;

    public static IEnumerable<double> Losses()
    {
        var netG = new Sequential(
            new ConvTranspose2d(Nz, Ngf * 2, 4, stride: 1, padding: 0, bias: false), new BatchNorm2d(Ngf * 2), new ReLU(),
            new ConvTranspose2d(Ngf * 2, Ngf, 4, stride: 2, padding: 1, bias: false), new BatchNorm2d(Ngf), new ReLU(),
            new ConvTranspose2d(Ngf, Nc, 4, stride: 2, padding: 1, bias: false), new Tanh());
        InitializeWeights(netG);
        var netD = new Sequential(
            new Conv2d(Nc, Ndf, 4, stride: 2, padding: 1, bias: false), new LeakyReLU(0.2),
            new Conv2d(Ndf, Ndf * 2, 4, stride: 2, padding: 1, bias: false), new BatchNorm2d(Ndf * 2), new LeakyReLU(0.2),
            new Conv2d(Ndf * 2, 1, 4, stride: 1, padding: 0, bias: false), new Sigmoid());
        InitializeWeights(netD);
        var (images, _) = ProgramData.Pictures(64, Nc, 16, 4);
        var criterion = new BCELoss();
        var optimizerD = new Adam(netD.Parameters(), learningRate: 2e-4, beta1: 0.5);
        var optimizerG = new Adam(netG.Parameters(), learningRate: 2e-4, beta1: 0.5);
        foreach (var (real, _) in ProgramData.Forever(new DataLoader(new TensorDataset(images * 2 - 1), batchSize: 16, shuffle: true)))
        {
            int count = real.Shape[0];
            netD.ZeroGrad();
            var errReal = criterion.Forward(netD.Forward(real).Reshape(-1), Tensor.Ones([count]));
            errReal.Backward();
            var fake = netG.Forward(Tensor.Randn([count, Nz, 1, 1]));
            var errFake = criterion.Forward(netD.Forward(fake.Detach()).Reshape(-1), Tensor.Zeros([count]));
            errFake.Backward();
            optimizerD.Step();

            netG.ZeroGrad();
            var errG = criterion.Forward(netD.Forward(fake).Reshape(-1), Tensor.Ones([count]));
            errG.Backward();
            optimizerG.Step();
            yield return errReal.Item() + errFake.Item() + errG.Item();
        }
    }

    static void InitializeWeights(Module net)
    {
        foreach (var (_, module) in net.NamedModules())
        {
            switch (module)
            {
                case Conv2d conv:
                    Init.Normal(conv.Weight, 0, 0.02);
                    break;
                case ConvTranspose2d conv:
                    Init.Normal(conv.Weight, 0, 0.02);
                    break;
                case BatchNorm2d norm:
                    Init.Normal(norm.Weight!, 1, 0.02);
                    Init.Zeros(norm.Bias!);
                    break;
            }
        }
    }
}
