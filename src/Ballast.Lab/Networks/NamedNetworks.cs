namespace Ballast.Lab;

/// <summary>A network that has a name.</summary>
/// <param name="Name">What it is called: <c>mlp</c>.</param>
/// <param name="Summary">What it is, in a few words.</param>
/// <param name="Layers">Its <see cref="LayerText"/>.</param>
public sealed record NamedNetwork(string Name, string Summary, string Layers);

/// <summary>The networks that have names.</summary>
public static class NamedNetworks
{
    /// <summary>The tutorial's network.</summary>
    public static NamedNetwork Tutorial { get; } = new(
        "mlp", "the tutorial's network", "flatten linear:64 batchnorm relu linear:32 batchnorm relu linear:10");

    /// <summary>The tutorial's network without its batch normalization.</summary>
    public static NamedNetwork TutorialWithout { get; } = new(
        "mlp-plain", "the same without batch normalization", "flatten linear:64 relu linear:32 relu linear:10");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<NamedNetwork> All { get; } = [Tutorial, TutorialWithout];

    /// <summary>The network of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message suggests the nearest.</exception>
    public static NamedNetwork Find(string name) =>
        All.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException(
            $"There is no model \"{name}\". {Suggestion.Of(name, All.Select(static known => known.Name))}");
}
