namespace Ballast.Lab;

/// <summary>CIFAR-10 to 94 % of the test images: airbench94 (Jordan 2024, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU",
/// arXiv 2404.00498), all settings of which this has, but 11.9 epochs. In the paper's 9.9 the mean of many runs is 94.01 %, so that
/// every other run stays just below 94.</summary>
/// <remarks>The paper's rates are per 1024 images, and its loss is a sum: with the mean of a batch for the loss a rate of
/// 11.5 / (1 + 1 / (1 - 0.85)) is 1.5, and a decoupled decay of 0.0153 is one of 0.0153 / 11.5 in the gradient.</remarks>
static class AirBenchRecipe
{
    public static Recipe Make() => new(
        "airbench", "94 % on CIFAR-10's test images in 11.9 epochs (Jordan 2024, in two epochs more)",
        new RunSettings(
            "airbench", "airbench", Epochs: 12, BatchSize: 1024, DropLast: true, Optimizer: OptimizerKind.Sgd, LearningRate: 1.5f,
            Momentum: 0.85f, WeightDecay: 0.0153f / 11.5f, Nesterov: true, LogEvery: 8)
        {
            Methods = new RunMethods(
                LabelSmoothing: 0.2f, Schedule: "triangle:rise=0.23,start=0.2,end=0.07", Crop: 2, CropPadding: PaddingMode.Reflect,
                Flip: FlipKind.Alternating, Scale: new ChannelScale([0.4914f, 0.4822f, 0.4465f], [0.2470f, 0.2435f, 0.2616f]))
            {
                Special = new RecipeMethods(
                    CutLast: 0.1, NormBiasFactor: 64, LookaheadEvery: 5, LookaheadDecay: Math.Pow(0.95, 5), WhiteningEpochs: 3,
                    WhiteningImages: 5000, TestTimeAugmentation: TestTimeAugmentation.FlipTranslate),
            },
        });
}
