namespace Ballast.Lab;

/// <summary>One of the two runs of a comparison.</summary>
/// <param name="Name">The folder it is in: <c>with</c>.</param>
/// <param name="Title">What it is, for a person: <c>With batch normalization</c>.</param>
/// <param name="Network">What it trains.</param>
public sealed record ComparisonArm(string Name, string Title, NamedNetwork Network)
{
    /// <summary>The tutorial's network.</summary>
    public static ComparisonArm With { get; } = new("with", "With batch normalization", NamedNetworks.Tutorial);

    /// <summary>The same without its batch normalization.</summary>
    public static ComparisonArm Without { get; } = new("without", "Without batch normalization", NamedNetworks.TutorialWithout);

    /// <summary>Both, in the order they run in.</summary>
    public static IReadOnlyList<ComparisonArm> All { get; } = [With, Without];
}
