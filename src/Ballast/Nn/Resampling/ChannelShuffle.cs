namespace Ballast;

/// <summary>Channels of all groups in turn: channel g of group i becomes channel i of group g. Zhang et al. 2018. PyTorch:
/// <c>nn.ChannelShuffle</c>.</summary>
/// <param name="groups">The groups that the channels are cut into.</param>
public sealed class ChannelShuffle(int groups) : Module
{
    /// <summary>The groups that the channels are cut into.</summary>
    public int Groups => groups;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">What <see cref="Functional.ChannelShuffle"/> refuses.</exception>
    public override Tensor Forward(Tensor input) => Functional.ChannelShuffle(input, groups);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"groups={groups}";

    /// <inheritdoc/>
    public override string ToString() => $"ChannelShuffle({groups})";
}
