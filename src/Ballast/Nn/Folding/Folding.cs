namespace Ballast;

/// <summary>Takes batch normalizations out of a trained network. In evaluation mode, or frozen, one multiplies each channel by a constant
/// and adds another, which the <see cref="Linear"/> or <see cref="Conv2d"/> right before it can do in its own weights:
/// w' = w s and b' = (b - mean) s + beta, with s = gamma / sqrt(var + eps). Outputs stay the same but for rounding.
/// Ioffe &amp; Szegedy 2015, section 3.1; PyTorch: <c>torch.nn.utils.fusion.fuse_conv_bn_eval</c>. A
/// <see cref="WeightStandardizedConv2d"/> in a chain becomes a plain <see cref="Conv2d"/> with the weight it stands for.</summary>
/// <remarks>
/// <para>What runs right behind what is known of chains: a <see cref="Sequential"/>, one inside another, and what a module of
/// one's own registers by <see cref="Module.RegisterChain"/>. For a layer and a normalization that a module keeps apart and calls
/// itself, the layer's result may have other readers: with an example input, <see cref="Fold(Module, Tensor)"/> finds out. A module
/// whose layers are no modules, such as a graph, folds them itself: <see cref="IFoldsItself"/>.</para>
/// <para>The weights are changed in copies: layers that are used elsewhere too are not touched. The network's state has other
/// keys afterwards (no normalizations, a bias for each layer that took one in), so save it before. A linear layer's input
/// has to be [N, in]: behind one of [N, L, in] a <see cref="BatchNorm1d"/> normalizes L.</para>
/// </remarks>
public static class Folding
{
    /// <summary>Folds every batch normalization of a network that can be folded, in place, and says what became of each. An
    /// <see cref="Identity"/> takes the place of what was folded.</summary>
    /// <param name="network">A network in evaluation mode: a chain, or any module with chains in it.</param>
    public static FoldingReport Fold(Module network)
    {
        var walk = new FoldingWalk();
        walk.Count(network);
        walk.Visit(network, "");
        return new FoldingReport(walk.Folded, walk.Kept);
    }

    /// <summary>The same for a network whose modules call their parts one by one: which result a normalization reads is found by running
    /// the network, once to see it and once more for each normalization to be sure that nothing else reads it.</summary>
    /// <param name="network">A network in evaluation mode.</param>
    /// <param name="example">An input that it takes.</param>
    public static FoldingReport Fold(Module network, Tensor example)
    {
        var walk = new FoldingWalk();
        walk.Count(network);
        walk.Visit(network, "");
        if (walk.Loose.Count == 0)
            return new FoldingReport(walk.Folded, walk.Kept);
        var trace = new FoldingTrace(network, example);
        foreach (var (name, module) in walk.Loose)
        {
            walk.Kept.RemoveAll(kept => kept.Name == name);
            string layer = module.Title;
            if (trace.TryFold(module, out var folded) is { } reason)
                walk.Kept.Add(new KeptNormalization(name, layer, reason));
            else
                walk.Folded.Add(folded!);
        }

        return new FoldingReport(walk.Folded, walk.Kept);
    }

    /// <summary>Why a normalization cannot become part of a layer whose result it alone reads; null if it can.</summary>
    internal static string? Obstacle(IFoldable norm, Module? before)
    {
        if (norm.Varies is { } reason)
            return reason;
        if (before is null)
            return "Nothing comes before it in its chain.";
        if (before is not (Linear or Conv2d) || !norm.FitsBehind(before))
        {
            string behind = norm is BatchNorm1d or BatchNorm2d or BatchNorm3d
                ? "a Linear before a BatchNorm1d, or a Conv2d before a BatchNorm2d" : "a Linear or a Conv2d";
            return $"Before it comes {before.Title}. It can be folded into {behind}.";
        }

        int channels = before is Linear linear ? linear.OutFeatures : ((Conv2d)before).OutChannels;
        if (channels != norm.NumFeatures)
            return $"The {before.Title} before it has {channels} channels, not {norm.NumFeatures}.";
        for (int c = 0; c < channels; c++)
        {
            double deviation = norm.Constants(c).Deviation;
            if (!(deviation > 0) || !double.IsFinite(deviation))
            {
                return norm is BatchNorm { RunningVar: { } variances } and not BatchRenorm
                    ? $"Its channel {c} has a running variance of {Text(variances.AsSpan()[c])}, by whose root nothing can be divided."
                    : $"Its channel {c} has a running deviation of {Text(deviation)}, by which nothing can be divided.";
            }
        }

        return null;
    }

    static string Text(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The layer with the normalization in its weights: a new one.</summary>
    internal static Module Join(Module before, IFoldable norm)
    {
        if (before is Linear linear)
        {
            // What it draws is written over.
            var joined = new Linear(linear.InFeatures, linear.OutFeatures, bias: true, new Generator(0));
            Write(linear.Weight, linear.Bias, norm, joined.Weight, joined.Bias!);
            return joined;
        }

        var copy = ((Conv2d)before).ToPlain(bias: true);
        Write(copy.Weight, copy.Bias, norm, copy.Weight, copy.Bias!);
        return copy;
    }

    // In double: each value is rounded once.
    static void Write(Parameter weight, Parameter? bias, IFoldable norm, Parameter newWeight, Parameter newBias)
    {
        int channels = norm.NumFeatures, each = weight.Length / channels;
        ReadOnlySpan<float> w = weight.AsSpan(), b = bias is null ? default : bias.AsSpan();
        Span<float> toWeight = newWeight.Mutate(), toBias = newBias.Mutate();
        for (int c = 0; c < channels; c++)
        {
            var (mean, deviation, gamma, beta) = norm.Constants(c);
            double scale = gamma / deviation;
            for (int i = c * each; i < (c + 1) * each; i++)
                toWeight[i] = (float)(w[i] * scale);
            toBias[c] = (float)(((b.IsEmpty ? 0 : b[c]) - mean) * scale + beta);
        }

        newWeight.Frozen = weight.Frozen;
        newBias.Frozen = bias?.Frozen ?? weight.Frozen;
    }
}
