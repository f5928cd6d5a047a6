namespace Ballast.Lab;

/// <summary>The checks of a run's settings that need no images: they come before anything is fetched, read or made, the network against
/// the samples of a dataset with a name among them. What depends on the images <see cref="TrainingRun"/> refuses.</summary>
public static class SettingsCheck
{
    /// <summary>Refuses settings that no data can be trained with.</summary>
    /// <exception cref="LayerTextException">A mistake in the layers.</exception>
    /// <exception cref="ArgumentException">A setting out of range, or two that do not go together.</exception>
    public static void Refuse(RunSettings settings)
    {
        NamedNetworks.RefusePixels(settings.Layers);
        if (settings.Tuning?.Network is null)
            NamedNetworks.Check(settings.Layers);
        settings.Tuning?.Check();
        RefuseNetwork(settings);
        RefuseTraining(settings);
    }

    /// <summary>Refuses what no network can be trained with.</summary>
    /// <exception cref="ArgumentException">A setting out of range, or two that do not go together.</exception>
    public static void RefuseTraining(RunSettings settings)
    {
        var methods = settings.Does;
        if (methods.Scale is { Mean.Count: > 0 } scale)
            scale.ToStandardization();
        RunTraining.RefuseOptimizer(settings);
        _ = settings.MakeOptimizer([new Parameter(Tensor.Zeros([1]))]);
        RunTraining.Transforms(settings);
        HoldOut.Refuse(settings);
        // As many classes as there are weights, and the longest epoch: what only fewer would refuse is left to them.
        RunTraining.Loss(methods, methods.ClassWeights?.Count ?? 2);
        const int longest = int.MaxValue;
        ScheduleText.Make(methods.Schedule, methods.WarmUp, ((long)settings.Epochs * longest) + methods.WarmUp, longest);
        var clipping = RunTraining.Clipping(methods);
        if (clipping?.MaxNorm is { } norm)
            GradientClipping.ClipNorm([], norm);
        if (clipping?.MaxValue is { } value)
            GradientClipping.ClipValue([], value);
        RunTraining.RefuseAverages(methods, settings.Epochs);
        RunTraining.Average(methods, new Identity());
    }

    // Of a dataset with a name it is known what its samples are before it is here.
    static void RefuseNetwork(RunSettings settings)
    {
        if (NamedDatasets.Find(settings.Data ?? NamedDatasets.Cifar10.Name) is not { Samples: var samples })
            return;
        using var generator = Generator.UseDefault(new Generator(0));
        RunNetwork.Build(settings, samples);
    }
}
