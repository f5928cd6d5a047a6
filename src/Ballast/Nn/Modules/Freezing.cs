namespace Ballast;

/// <summary>Holds batch normalizations fixed while the rest of a network learns, as one does when a network that was trained on much
/// is fine-tuned on little, or on batches too small for statistics of their own.</summary>
/// <remarks>
/// A frozen normalization uses its running statistics, and leaves them alone, in training mode too, whatever
/// <see cref="Module.Train"/> says later: calling Eval() on it instead would be undone by the next Train() of the network it is a
/// part of. Its gradient is that of a constant scale and shift. Being frozen is a setting of the program and not part of the
/// state: a program that resumes freezes again. <see cref="FrozenBatchNorm"/> is the layer that never learns.
/// </remarks>
public static class Freezing
{
    /// <summary>Freezes every batch normalization of a module: <see cref="BatchNorm"/> in all its kinds.</summary>
    /// <param name="module">A network, or a normalization.</param>
    /// <param name="affine">Whether gamma and beta are frozen too, as optimizers see them. False keeps them learning.</param>
    /// <exception cref="ArgumentException">A normalization without running statistics has nothing to hold; nothing has been changed.
    /// </exception>
    public static void Freeze(Module module, bool affine = true)
    {
        foreach (var (name, part) in module.NamedModules())
        {
            if (part is IFreezable { HasStatistics: false })
            {
                Throw.Argument(
                    $"Freezing.Freeze: {(name.Length > 0 ? name + " " : "")}{part} has no running statistics "
                        + $"to hold. Make it with trackRunningStats: true, or freeze the parts of the network that have some.");
            }
        }

        foreach (var norm in Normalizations(module))
        {
            norm.StatisticsFrozen = true;
            if (affine)
                norm.FrozenAffine = new FrozenAffine(Hold(norm.Weight, norm.FrozenAffine.Weight), Hold(norm.Bias, norm.FrozenAffine.Bias));
        }
    }

    /// <summary>Lets every batch normalization of a module learn again. A gamma or beta that was frozen by hand before
    /// <see cref="Freeze"/> stays so.</summary>
    public static void Unfreeze(Module module)
    {
        foreach (var norm in Normalizations(module))
        {
            norm.StatisticsFrozen = false;
            if (norm.FrozenAffine.Weight)
                norm.Weight!.Frozen = false;
            if (norm.FrozenAffine.Bias)
                norm.Bias!.Frozen = false;
            norm.FrozenAffine = default;
        }
    }

    static IEnumerable<IFreezable> Normalizations(Module module) =>
        module.NamedModules().Select(static entry => entry.Module).OfType<IFreezable>();

    // Whether it is frozen by this class.
    static bool Hold(Parameter? parameter, bool already)
    {
        if (parameter is null || parameter.Frozen)
            return already;
        parameter.Frozen = true;
        return true;
    }
}
