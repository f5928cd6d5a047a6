namespace Ballast.Lab;

/// <summary>The sites of a chain of layers.</summary>
sealed class ChainSites : NormalizationSites
{
    readonly string[] bare;
    readonly int[] sites;

    ChainSites(string[] bare, int[] sites, string? word, string normalized) =>
        (this.bare, this.sites, Word, Normalized) = (bare, sites, word, normalized);

    /// <summary>Reads a <see cref="LayerText"/>.</summary>
    /// <exception cref="LayerTextException">A mistake in it.</exception>
    /// <exception cref="ArgumentException">There is no activation.</exception>
    public static ChainSites Read(string text)
    {
        LayerText.Parse(text);
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var bare = new List<string>();
        var sites = new List<int>();
        var all = new List<int>();
        for (int i = 0; i < words.Length; i++)
        {
            if (IsNormalization(words[i]))
                continue;
            if (ActivationKinds.IsActivation(words[i]))
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
                $"There is no activation in \"{text}\", so nowhere to put normalization before or after one. "
                    + $"For example: {NamedNetworks.Tutorial.Layers}");
        }

        return new ChainSites([.. bare], sites.Count > 0 ? [.. sites] : [.. all], words.FirstOrDefault(IsNormalization), text);
    }

    public override int Count => sites.Length;

    public override bool IsChain => true;

    public override string? Word { get; }

    public override string Normalized { get; }

    public override string Without => string.Join(' ', bare);

    public override string Describe(int site) => sites[site] > 0 ? $"{bare[sites[site]]} behind {bare[sites[site] - 1]}" : bare[sites[site]];

    public override string Place(Func<int, string> word, bool after = false, int? site = null)
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

    static bool IsNormalization(string word) =>
        NormalizationKinds.All.Any(kind => Name(word).Equals(kind.Name, StringComparison.OrdinalIgnoreCase));

    static string Name(string word) => word.Split(':', 2)[0];
}
