namespace Ballast.Lab;

/// <summary>Where normalization stands in a network, and where it could: around each activation that has one beside it, or where
/// there is none at all, around each activation.</summary>
public abstract class NormalizationSites
{
    private protected NormalizationSites()
    {
    }

    /// <summary>Reads a network.</summary>
    /// <param name="layers">A <see cref="LayerText"/>, or a model's name.</param>
    /// <exception cref="LayerTextException">A mistake in the text.</exception>
    /// <exception cref="ArgumentException">A chain without an activation, or a model whose normalizations were chosen already.
    /// </exception>
    public static NormalizationSites Of(string layers)
    {
        if (NormalizedModel.Read(layers) is not null)
            throw new ArgumentException(
                $"\"{layers}\" has its normalizations chosen already, which is what a study does. Give the model's name alone.");
        if (!NamedNetworks.IsName(layers))
            return ChainSites.Read(layers);
        var known = NamedNetworks.Find(layers);
        if (known.Chain is { } chain)
            return ChainSites.Read(chain);
        return known.MakeWith is null ? throw new ArgumentException(known.NotExchanged) : new ModelSites(known);
    }

    /// <summary>How many sites there are.</summary>
    public abstract int Count { get; }

    /// <summary>Whether it is a chain of layers, in which each site can be chosen by itself. A model of the library that is none has
    /// its normalizations all replaced, or all on the other side of their activations.</summary>
    public abstract bool IsChain { get; }

    /// <summary>The normalization that the network has, as it is written; null without any.</summary>
    public abstract string? Word { get; }

    /// <summary>The network as it was given; a model's as a chain of layers where it is one.</summary>
    public abstract string Normalized { get; }

    /// <summary>The network without any normalization.</summary>
    public abstract string Without { get; }

    /// <summary>The layer that a site is at: <c>relu</c> behind <c>linear:64</c>.</summary>
    /// <exception cref="ArgumentException">No chain.</exception>
    public abstract string Describe(int site);

    /// <summary>The network with a normalization at its sites.</summary>
    /// <param name="word">The normalization, as a layer text has it: <c>batchnorm</c>.</param>
    /// <param name="after">Whether it stands behind the activation.</param>
    /// <param name="site">At which site, from 0; null for all of them.</param>
    /// <exception cref="ArgumentException">One site of what is no chain.</exception>
    public string Place(string word, bool after = false, int? site = null) => Place(_ => word, after, site);

    /// <summary>The same with a normalization chosen for each site.</summary>
    public abstract string Place(Func<int, string> word, bool after = false, int? site = null);
}
