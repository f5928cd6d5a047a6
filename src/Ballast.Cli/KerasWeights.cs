using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>Weights of Keras, for the networks of runs.</summary>
sealed class KerasWeights : WeightReader
{
    /// <inheritdoc/>
    public override StateDict? Read(string path, Func<Module> network, Shape sampleShape)
    {
        if (!File.Exists(path) || !KerasFile.IsOne(path))
            return null;
        var net = network();
        KerasFile.Load(net, path, new KerasOptions { SampleShape = sampleShape });
        return net.StateDict();
    }
}
