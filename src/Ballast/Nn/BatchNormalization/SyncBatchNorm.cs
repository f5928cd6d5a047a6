namespace Ballast;

/// <summary>Batch normalization among several workers that train one network together: in training the statistics are those of all
/// workers' samples, as if they lay in one batch. PyTorch: <c>nn.SyncBatchNorm</c>.</summary>
/// <remarks>
/// <para>Each worker has a network of its own with the same weights, and a part of each batch; parts may differ in size, and one may be
/// empty. The forward pass exchanges each worker's mean, variance and number of values; the backward pass the sums of the gradient and
/// of the gradient times x - mean, from which the gradient of the input is the one of the joined batch. The gradients of gamma and beta
/// are those of a worker's own samples, as all other parameters' are: <see cref="Communicators.AverageGradients"/> brings
/// them together. The running variance divides by the number of all workers' values less one.</para>
/// <para>All workers have to run the same network in the same order. In evaluation nothing is exchanged.</para>
/// </remarks>
public sealed class SyncBatchNorm : BatchNorm
{
    /// <summary>Makes the layer: gamma 1, beta 0, running mean 0 and variance 1.</summary>
    /// <param name="numFeatures">C, the number of channels.</param>
    /// <param name="communicator">The workers.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="momentum">The weight of the newest batch in the running statistics, 0 to 1; null for their plain
    /// average.</param>
    /// <param name="affine">Whether gamma and beta are learned; without, they are 1 and 0.</param>
    /// <param name="trackRunningStats">Whether running statistics are kept; without, evaluation uses the batch's own.</param>
    /// <exception cref="ArgumentException">No channels, an eps that is negative or not finite, or a momentum outside 0 to 1.
    /// </exception>
    public SyncBatchNorm(
        int numFeatures, ICommunicator communicator, double eps = 1e-5, double? momentum = 0.1, bool affine = true,
        bool trackRunningStats = true)
        : base(ChannelInput.Any, numFeatures, eps, momentum, affine, trackRunningStats)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        Communicator = communicator;
    }

    /// <summary>Lets every <see cref="BatchNorm1d"/>, <see cref="BatchNorm2d"/>, <see cref="BatchNorm3d"/> and
    /// <see cref="BatchRenorm"/> of a module share its statistics with other workers. The layers stay the objects they are,
    /// wherever the module keeps them, with their state and
    /// its keys. PyTorch: <c>nn.SyncBatchNorm.convert_sync_batchnorm</c>.</summary>
    /// <param name="module">A network, or a normalization.</param>
    /// <param name="communicator">The workers.</param>
    /// <returns>The same module.</returns>
    public static T Convert<T>(T module, ICommunicator communicator)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(communicator);
        foreach (var (_, part) in module.NamedModules())
        {
            if (part is BatchNorm1d or BatchNorm2d or BatchNorm3d or BatchRenorm or SyncBatchNorm)
                ((BatchNorm)part).Communicator = communicator;
        }

        return module;
    }
}
