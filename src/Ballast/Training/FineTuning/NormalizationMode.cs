namespace Ballast;

/// <summary>What the batch normalizations of a trained network do while it is fine-tuned on other data.</summary>
public enum NormalizationMode
{
    /// <summary>They normalize with the statistics of the data that the network was trained on, in training too, and leave them as they are
    /// (<see cref="Freezing"/>). What the body computes is what it computed before; good for few samples and small batches.</summary>
    Frozen,

    /// <summary>As in any training: with the statistics of each batch, after which the running ones move. For many samples, a body that is
    /// trained, and batches of 16 or more. In a frozen body the statistics then move under weights that do not.</summary>
    Running,

    /// <summary>The statistics are measured once on the new data, before training, and held from then on (AdaBN, Li et al. 2016). For data that
    /// look unlike the old ones: darker, greyer, from another camera.</summary>
    Adapting,
}
