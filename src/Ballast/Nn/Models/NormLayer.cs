namespace Ballast;

/// <summary>What normalizes in a model, and on which side of the activations it stands. PyTorch: torchvision's
/// <c>norm_layer</c>, which has no say on the side.</summary>
/// <param name="Make">Makes the layer for a number of channels, called for one after another in the order of the model's state keys;
/// null for the batch normalization that the model is published with. An <see cref="Identity"/> stands for none.</param>
/// <param name="After">Whether it stands behind the activation: behind that of the sum at the end of a residual block. One that
/// has no activation, as in a block's shortcut, stays where it is. The state's keys are the same on either side.</param>
public sealed record NormLayer(Func<int, Module>? Make = null, bool After = false)
{
    internal static NormLayer Published { get; } = new();

    /// <summary>The layer.</summary>
    internal Module For(int channels, Func<int, Module> published)
    {
        var layer = (Make ?? published)(channels);
        Throw.Unless(layer is not null, $"NormLayer: expected a layer for {channels} channels, got null. Give new Identity() for none.");
        return layer;
    }

    /// <summary>The layer and an activation, in their order.</summary>
    internal (string Name, Module Module)[] Around(string name, Module layer, string activationName, Module activation) =>
        After ? [(activationName, activation), (name, layer)] : [(name, layer), (activationName, activation)];
}
