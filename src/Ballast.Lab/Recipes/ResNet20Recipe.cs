namespace Ballast.Lab;

/// <summary>He et al.'s network of 20 layers for CIFAR-10, in far fewer epochs than the paper's 164: a large learning rate that
/// rises and falls in a straight line, weight decay on the weights alone, smoothed labels, cropped and mirrored images, and an
/// average of the weights.</summary>
static class ResNet20Recipe
{
    public static Recipe Make() => new(
        "resnet20", "ResNet-20 on CIFAR-10 in 64 epochs",
        new RunSettings(
            "resnet20", "resnet20", Epochs: 64, BatchSize: 128, DropLast: true, Optimizer: OptimizerKind.Sgd, LearningRate: 0.4f,
            Momentum: 0.9f, WeightDecay: 5e-4f, Nesterov: true, LogEvery: 130)
        {
            Methods = new RunMethods(
                LabelSmoothing: 0.1f, Schedule: "triangle:rise=0.2,start=0.05,end=0", EmaDecay: 0.995, EmaWarmUp: true, NoDecayNorms: true,
                Crop: 4, CropPadding: PaddingMode.Reflect, Flip: FlipKind.Alternating, Scale: new ChannelScale([], [])),
        });
}
