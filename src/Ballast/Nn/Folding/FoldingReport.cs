using System.Text;

namespace Ballast;

/// <summary>What <see cref="Folding.Fold(Module)"/> did with each batch normalization of a network, by their names in it.</summary>
/// <param name="Folded">Those that are part of the layer before them now.</param>
/// <param name="Kept">Those that stay, and why.</param>
public sealed record FoldingReport(IReadOnlyList<FoldedNormalization> Folded, IReadOnlyList<KeptNormalization> Kept)
{
    /// <summary>A line for each, the folded ones first.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var entry in Folded)
            text.Append(text.Length > 0 ? "\n" : "").Append(entry);
        foreach (var entry in Kept)
            text.Append(text.Length > 0 ? "\n" : "").Append(entry);
        return text.Length > 0 ? text.ToString() : "There is no batch normalization.";
    }
}

/// <summary>A batch normalization that is part of the layer before it now.</summary>
/// <param name="Name">Its name in the network: <c>layers.2</c>. An <see cref="Identity"/> has its place.</param>
/// <param name="Layer">What it was: <c>BatchNorm1d(64)</c>.</param>
/// <param name="Into">The name of the layer that does its work.</param>
public sealed record FoldedNormalization(string Name, string Layer, string Into)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Layer}: folded into {Into}";
}

/// <summary>A batch normalization that stays.</summary>
/// <param name="Name">Its name in the network: <c>layers.2</c>; empty if it is the network.</param>
/// <param name="Layer">What it is: <c>BatchNorm1d(64)</c>.</param>
/// <param name="Reason">Why, and what can be done about it.</param>
public sealed record KeptNormalization(string Name, string Layer, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(Name.Length > 0 ? Name + " " : "")}{Layer}: kept. {Reason}";
}
