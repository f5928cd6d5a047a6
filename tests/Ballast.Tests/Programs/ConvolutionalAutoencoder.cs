namespace Ballast.Tests.Programs;

/// <summary>An autoencoder of convolutions and transposed convolutions.</summary>
static class ConvolutionalAutoencoder
{
    public static IEnumerable<double> Losses()
    {
        var (images, _) = ProgramData.Pictures(64, 3, 16, 4);
        var encoder = new Sequential(
            new Conv2d(3, 8, 3, stride: 2, padding: 1), new ReLU(), new Conv2d(8, 12, 3, stride: 2, padding: 1), new ReLU(), new Conv2d(12, 16, 4));
        var decoder = new Sequential(
            new ConvTranspose2d(16, 12, 4), new ReLU(),
            new ConvTranspose2d(12, 8, 3, stride: 2, padding: 1, outputPadding: 1), new ReLU(),
            new ConvTranspose2d(8, 3, 3, stride: 2, padding: 1, outputPadding: 1), new Sigmoid());
        var model = new Sequential(encoder, decoder);
        var optimizer = new Adam(model.Parameters(), learningRate: 1e-2, weightDecay: 1e-5);
        var criterion = new MSELoss();
        foreach (var (data, _) in ProgramData.Forever(new DataLoader(new TensorDataset(images), batchSize: 16, shuffle: true)))
        {
            var loss = criterion.Forward(model.Forward(data), data);
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
            yield return loss.Item();
        }
    }
}
