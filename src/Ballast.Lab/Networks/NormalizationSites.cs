namespace Ballast.Lab;

/// <summary>Where normalization stands in a chain of layers, and where it could: around each activation that has one beside it,
/// or where there is none at all, around each activation.</summary>
public sealed class NormalizationSites
{
    readonly string[] bare;
    readonly int[] sites;

    NormalizationSites(string[] bare, int[] sites, string? word, string normalized) =>
        (this.bare, this.sites, Word, Normalized) = (bare, sites, word, normalized);

    /// <summary>Reads a chain.</summary>
    /// <param name="layers">A <see cref="LayerText"/>, or a model's name.</param>
    /// <exception cref="LayerTextException">A mistake in the text.</exception>
    /// <exception cref="ArgumentException">A model that is no chain, or a chain without an activation.</exception>
    public static NormalizationSites Of(string layers)
    {
        string text = Chain(layers);
        LayerText.Parse(text);
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var bare = new List<string>();
        var sites = new List<int>();
        var all = new List<int>();
        for (int i = 0; i < words.Length; i++)
        {
            if (IsNormalization(words[i]))
                continue;
            if (IsActivation(words[i]))
            {
                all.Add(bare.Count);
                if ((i > 0 && IsNormalization(words[i - 1])) || (i + 1 < words.Length && IsNormalization(words[i + 1])))
                    sites.Add(bare.Count);
            }

            bare.Add(words[i]);
        }

        if (all.Count == 0)
        {
            throw new ArgumentException(
                $"There is no activation in \"{text}\", so nowhere to put normalization before or after one. For example: {NamedNetworks.Tutorial.Layers}");
        }

        return new NormalizationSites([.. bare], sites.Count > 0 ? [.. sites] : [.. all], words.FirstOrDefault(IsNormalization), text);
    }

    /// <summary>How many sites there are.</summary>
    public int Count => sites.Length;

    /// <summary>The normalization that the chain has, as it is written; null without any.</summary>
    public string? Word { get; }

    /// <summary>The chain as it was given; a model's as a chain of layers.</summary>
    public string Normalized { get; }

    /// <summary>The chain without any normalization.</summary>
    public string Without => string.Join(' ', bare);

    /// <summary>The layer that a site is at: <c>relu</c> behind <c>linear:64</c>.</summary>
    public string Describe(int site) => sites[site] > 0 ? $"{bare[sites[site]]} behind {bare[sites[site] - 1]}" : bare[sites[site]];

    /// <summary>The chain with a normalization at its sites.</summary>
    /// <param name="word">The normalization, as a layer text has it: <c>batchnorm</c>.</param>
    /// <param name="after">Whether it stands behind the activation.</param>
    /// <param name="site">At which site, from 0; null for all of them.</param>
    public string Place(string word, bool after = false, int? site = null) => Place(_ => word, after, site);

    /// <summary>The same with a normalization chosen for each site.</summary>
    public string Place(Func<int, string> word, bool after = false, int? site = null)
    {
        var words = new List<string>();
        for (int i = 0; i < bare.Length; i++)
        {
            int at = Array.IndexOf(sites, i);
            bool here = at >= 0 && (site is null || site == at);
            if (here && !after)
                words.Add(word(at));
            words.Add(bare[i]);
            if (here && after)
                words.Add(word(at));
        }

        return string.Join(' ', words);
    }

    static string Chain(string layers)
    {
        if (!NamedNetworks.IsName(layers))
            return layers;
        var known = NamedNetworks.Find(layers);
        if (known.Chain is { } chain)
            return chain;
        throw new ArgumentException(
            $"{known.Name} is not a chain of layers: this study takes normalizations out and puts others in. Give layers, or one of "
            + $"{string.Join(", ", NamedNetworks.All.Where(static other => other.Chain is not null).Select(static other => other.Name))}.");
    }

    static bool IsNormalization(string word) =>
        NormalizationKinds.All.Any(kind => Name(word).Equals(kind.Name, StringComparison.OrdinalIgnoreCase));

    static bool IsActivation(string word) => Name(word).ToLowerInvariant() is not ("dropout" or "identity")
        && ActivationKinds.All.Any(kind => Name(word).Equals(kind.Name, StringComparison.OrdinalIgnoreCase));

    static string Name(string word) => word.Split(':', 2)[0];
}
