namespace Ballast;

/// <summary>A batch normalization whose running statistics can be held fixed: see <see cref="Freezing"/>.</summary>
interface IFreezable
{
    /// <summary>Whether there are running statistics.</summary>
    bool HasStatistics { get; }

    /// <summary>Whether they are held fixed and used in training too.</summary>
    bool StatisticsFrozen { get; set; }

    /// <summary>gamma, or null.</summary>
    Parameter? Weight { get; }

    /// <summary>beta, or null.</summary>
    Parameter? Bias { get; }

    /// <summary>What of gamma and beta was frozen together with the statistics.</summary>
    FrozenAffine FrozenAffine { get; set; }
}

/// <summary>Which of gamma and beta <see cref="Freezing"/> has frozen, and so thaws again.</summary>
readonly record struct FrozenAffine(bool Weight, bool Bias);
