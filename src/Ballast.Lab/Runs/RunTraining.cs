namespace Ballast.Lab;

/// <summary>Makes the library's parts of a run's settings.</summary>
static class RunTraining
{
    /// <summary>What is done to images, in the order of torchvision's recipes.</summary>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    public static IReadOnlyList<ImageTransform> Transforms(RunSettings settings)
    {
        var methods = settings.Does;
        List<ImageTransform> transforms = [];
        if (methods.Crop > 0)
            transforms.Add(new RandomCrop(methods.Crop, methods.CropPadding));
        if (methods.Flip != FlipKind.None)
            transforms.Add(methods.Flip == FlipKind.Random ? new RandomHorizontalFlip() : new AlternatingFlip(settings.Seed));
        if (methods.Cutout > 0)
            transforms.Add(new Cutout(methods.Cutout, methods.Scale?.Mean));
        return transforms;
    }

    /// <summary>Refuses settings of groups of parameters that do not go together.</summary>
    /// <exception cref="ArgumentException">Two that do not.</exception>
    public static void RefuseOptimizer(RunSettings settings)
    {
        var methods = settings.Does;
        if (methods is { NoDecayNorms: false, BiasLearningRateFactor: 1 })
            return;
        if (methods.Special is { NormBiasFactor: not 1 })
            throw new ArgumentException("The recipe has groups of parameters of its own: leave theirs to it.");
        if (methods.NoDecayNorms && (settings.WeightDecay ?? (settings.Optimizer == OptimizerKind.AdamW ? 0.01f : 0)) == 0)
            throw new ArgumentException("There is no weight decay to keep normalizations from. Give a weight decay, or leave that out.");
    }

    /// <summary>Refuses averages of the weights that do not go together, or that begin after the end.</summary>
    /// <exception cref="ArgumentException">Two that do not, or one that does.</exception>
    public static void RefuseAverages(RunMethods methods, int epochs)
    {
        if (methods.Special is { LookaheadEvery: > 0 } && (methods.EmaDecay is not null || methods.SwaFrom is not null))
            throw new ArgumentException("The recipe has slow weights of its own; there can be no other average. Leave it out.");
        if (methods.SwaFrom > epochs)
        {
            throw new ArgumentException(
                $"The weights are to be averaged from epoch {methods.SwaFrom} on, and the run has {epochs}. Begin earlier, or train for longer.");
        }
    }

    /// <summary>The optimizer, with groups of parameters where the settings ask for them.</summary>
    /// <exception cref="ArgumentException">A setting out of range, or one that this optimizer does not have.</exception>
    public static Optimizer Optimizer(RunSettings settings, Module network)
    {
        RefuseOptimizer(settings);
        var methods = settings.Does;
        if (settings.Tuning is { } tuning)
        {
            return settings.MakeOptimizer(new FineTuning(network).Groups(
                ParameterGroups.Of(network, settings.LearningRate, !methods.NoDecayNorms, methods.BiasLearningRateFactor),
                settings.LearningRate, tuning.BodyLearningRate));
        }

        if (methods.Special is { NormBiasFactor: not 1 } special)
            return settings.MakeOptimizer(special.Groups(network, settings));
        if (methods is { NoDecayNorms: false, BiasLearningRateFactor: 1 })
            return settings.MakeOptimizer(network.Parameters());
        return settings.MakeOptimizer(
            ParameterGroups.Of(network, settings.LearningRate, !methods.NoDecayNorms, methods.BiasLearningRateFactor));
    }

    /// <summary>The trainer's options, on top of what is listened to.</summary>
    /// <exception cref="ArgumentException">A setting out of range, or two that do not go together.</exception>
    public static TrainerOptions Options(
        RunSettings settings, TrainerOptions options, Module network, DataLoader loader, Dataset? validated, string bestPath)
    {
        var methods = settings.Does;
        var special = methods.Special ?? RecipeMethods.None;
        RefuseAverages(methods, settings.Epochs);
        long steps = special.Steps(settings.Epochs, loader.Count);
        options = options with
        {
            Loss = Loss(methods, loader.Dataset.ClassNames.Count),
            ValidationLoss = Loss(methods with { LabelSmoothing = 0, ClassWeights = null }, loader.Dataset.ClassNames.Count),
            Schedule = ScheduleText.Make(methods.Schedule, methods.WarmUp, steps, loader.Count),
            Clipping = Clipping(methods),
            Average = Average(methods, network),
            Validation = validated is null ? null : new ValidationOptions(validated)
            {
                Metric = methods.Monitor,
                Patience = methods.Patience,
                MinDelta = methods.MinDelta,
                BestPath = methods.KeepBest ? bestPath : null,
                BestMetadata = new Dictionary<string, string> { ["layers"] = settings.Layers },
            },
        };
        return special.Complete(options, network, loader.Count);
    }

    /// <summary>The loss that is trained with; null for the plain cross entropy.</summary>
    /// <exception cref="ArgumentException">Settings that do not go together.</exception>
    public static Func<Tensor, Tensor, Tensor>? Loss(RunMethods methods, int classes)
    {
        if (methods.Loss == LossKind.CrossEntropy)
        {
            if (methods.ClassWeights is { } weights && weights.Count != classes)
                throw new ArgumentException($"There are {weights.Count} class weights for {classes} classes. Give one for each.");
            return methods is { LabelSmoothing: 0, ClassWeights: null } ? null
                : new CrossEntropyLoss(labelSmoothing: methods.LabelSmoothing, weight: methods.ClassWeights).Forward;
        }

        if (methods.LabelSmoothing != 0 || methods.ClassWeights is not null)
            throw new ArgumentException(
                $"Label smoothing and class weights are settings of the cross entropy, not of {methods.Loss}. Leave them out, or choose that loss.");
        if (methods.Loss == LossKind.Mse)
        {
            var mse = new MSELoss();
            return (outputs, targets) => mse.Forward(outputs, targets.OneHot(outputs.Shape[1]).To(ElementType.Float32));
        }

        var bce = new BCEWithLogitsLoss();
        return (outputs, targets) => bce.Forward(outputs, targets.OneHot(outputs.Shape[1]).To(ElementType.Float32));
    }

    /// <summary>How gradients are clipped; null for not at all.</summary>
    /// <exception cref="ArgumentException">A limit out of range, or steps to skip without one.</exception>
    public static GradientClipping? Clipping(RunMethods methods)
    {
        if (methods is { ClipNorm: null, SkipNonFinite: true })
            throw new ArgumentException("Steps are skipped by the norm of their gradient. Give a largest norm too.");
        return methods is { ClipNorm: null, ClipValue: null } ? null : new GradientClipping(
            methods.ClipNorm, methods.ClipValue, methods.SkipNonFinite ? NonFiniteGradient.Skip : NonFiniteGradient.Error);
    }

    /// <summary>The average of the weights; null for none.</summary>
    /// <exception cref="ArgumentException">A setting out of range, or two that do not go together.</exception>
    public static WeightAverage? Average(RunMethods methods, Module network)
    {
        if (methods.EmaDecay is { } decay)
        {
            return methods.SwaFrom is null ? new ExponentialMovingAverage(network, decay, methods.EmaEvery, methods.EmaWarmUp)
                : throw new ArgumentException("There are two averages of the weights, an exponential and a plain one. Choose one.");
        }

        if (methods.EmaWarmUp || methods.EmaEvery != 1)
            throw new ArgumentException("There is no exponential moving average to warm up or to space. Give its decay too.");
        return methods.SwaFrom is { } from ? new StochasticWeightAveraging(network, from) : null;
    }
}
