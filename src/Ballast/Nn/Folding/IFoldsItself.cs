namespace Ballast;

/// <summary>A module that computes layers which are no modules, as a graph computes its nodes, and so folds them itself.
/// <see cref="Folding"/> asks it to, wherever it is in a network.</summary>
public interface IFoldsItself
{
    /// <summary>Makes the batch normalizations inside part of the layers before them, in place. Weights are changed in copies.</summary>
    /// <returns>What became of each, by its name inside the module.</returns>
    FoldingReport Fold();
}
