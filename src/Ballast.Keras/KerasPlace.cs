namespace Ballast;

/// <summary>A place of a network for weights: a module, of a recurrent one one of its layers.</summary>
/// <param name="Path">The module's path in the network.</param>
/// <param name="Module">The module.</param>
/// <param name="Target">Its kind.</param>
/// <param name="Number">Of a recurrent module the layer; else 0.</param>
sealed record KerasPlace(string Path, Module Module, KerasTarget Target, int Number)
{
    /// <summary>The places of a network, in the order in which it has its modules.</summary>
    public static List<KerasPlace> Of(Module network) => [.. network.NamedModules().SelectMany(static entry => Places(entry.Name, entry.Module))];

    static IEnumerable<KerasPlace> Places(string path, Module module)
    {
        // A standardized weight is another one than the state's; a normalization that learns nothing has no weights in Keras.
        KerasTarget? target = module switch
        {
            Linear => KerasTarget.Linear,
            Conv1d => KerasTarget.Conv1d,
            WeightStandardizedConv2d => null,
            Conv2d convolution => convolution.Weight.Shape[1] == 1 && convolution.Groups > 1 ? KerasTarget.Depthwise : KerasTarget.Conv2d,
            Conv3d => KerasTarget.Conv3d,
            BatchNorm => KerasTarget.BatchNorm,
            LayerNorm { Weight: not null } => KerasTarget.LayerNorm,
            Embedding => KerasTarget.Embedding,
            LSTM => KerasTarget.LSTM,
            GRU => KerasTarget.GRU,
            RNN => KerasTarget.RNN,
            _ => null,
        };
        if (target is not { } kind)
            return [];
        return Enumerable.Range(0, module is RNNBase recurrent ? recurrent.NumLayers : 1)
            .Select(number => new KerasPlace(path, module, kind, number));
    }

    /// <summary>A key of the module as one of the network.</summary>
    public string Key(string end) => Path.Length > 0 ? $"{Path}.{end}" : end;
}
