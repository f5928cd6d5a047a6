namespace Ballast;

/// <summary>Recurrent layers: Keras has the gates of an LSTM in the order of layers here (input, forget, cell, output), those of a GRU as update,
/// reset, new; one bias for an LSTM, which becomes the input's.</summary>
static class KerasRecurrent
{
    /// <summary>A layer that runs in one direction.</summary>
    public static KerasPart One(KerasLayer layer, string kind)
    {
        Dictionary<string, Tensor> state = [];
        var target = Add(layer, kind, "", state);
        return new KerasPart(layer, target, layer.Name, state);
    }

    /// <summary>A layer that runs in both, whose results lie side by side.</summary>
    public static KerasPart Both(KerasLayer layer)
    {
        var (forward, backward) = (layer.Inner("layer", "forward/"), layer.Inner("layer", "backward/"));
        if (layer.Setting("merge_mode").ValueKind != System.Text.Json.JsonValueKind.Undefined && layer.Text("merge_mode") != "concat")
            throw Refusal(layer, "joins its directions otherwise than side by side", "Make it with merge_mode=\"concat\"");
        string kind = forward.Kind is { } named ? KerasKinds.Canonical(named) : KerasKinds.OfWeights(forward.Weights) ?? "?";
        Dictionary<string, Tensor> state = [];
        var target = Add(forward, kind, "", state);
        Add(backward, kind, "_reverse", state);
        return new KerasPart(layer, target, layer.Name, state);
    }

    static KerasTarget Add(KerasLayer layer, string kind, string end, Dictionary<string, Tensor> state)
    {
        // For each gate here its place in Keras.
        var (target, gates) = kind switch
        {
            "LSTM" => (KerasTarget.LSTM, (int[])[0, 1, 2, 3]),
            "GRU" => (KerasTarget.GRU, [1, 0, 2]),
            "SimpleRNN" => (KerasTarget.RNN, [0]),
            _ => throw Refusal(layer, $"has a {kind} in it", "Known are LSTM, GRU and SimpleRNN"),
        };
        if (kind != "SimpleRNN" && (layer.Text("recurrent_activation") ?? "sigmoid") != "sigmoid")
            throw Refusal(layer, $"opens its gates by {layer.Text("recurrent_activation")}", "Layers here do by sigmoid");
        if ((layer.Text("activation") ?? "tanh") is var activation && activation != "tanh" && !(kind == "SimpleRNN" && activation == "relu"))
            throw Refusal(layer, $"has the activation {activation}", "Layers here have tanh");
        if (layer.Flag("go_backwards") == true && end.Length == 0)
            throw Refusal(layer, "goes backwards", "Turn its sequences, or put it into Bidirectional");
        Tensor input = KerasParts.Taken(layer, "kernel", 2), hidden = KerasParts.Taken(layer, "recurrent_kernel", 2);
        int units = hidden.Shape[0];
        if (input.Shape[1] != gates.Length * units || hidden.Shape[1] != gates.Length * units)
        {
            throw new InvalidDataException(
                $"the layer {layer} has a kernel {input.Shape} and a recurrent_kernel {hidden.Shape}, which are none of {kind}. "
                    + "Save the model again.");
        }

        var order = Tensor.FromInt64([.. gates.SelectMany(gate => Enumerable.Range(gate * units, units)).Select(static i => (long)i)]);
        state[$"weight_ih{end}"] = input.Transpose(0, 1).Clone().IndexSelect(0, order);
        state[$"weight_hh{end}"] = hidden.Transpose(0, 1).Clone().IndexSelect(0, order);
        if (!layer.Weights.TryGetValue("bias", out var stored))
        {
            if (layer.Flag("reset_after") == false)
                throw ResetsFirst(layer);
            return target;
        }

        if (kind == "GRU" && stored.Shape.Length == 1)
            throw ResetsFirst(layer);
        var bias = KerasParts.Taken(layer, "bias", kind == "GRU" ? 2 : 1);
        state[$"bias_ih{end}"] = (kind == "GRU" ? bias.Select(0, 0) : bias).Clone().IndexSelect(0, order);
        state[$"bias_hh{end}"] = kind == "GRU" ? bias.Select(0, 1).Clone().IndexSelect(0, order) : Tensor.Zeros(bias.Shape);
        return target;
    }

    static InvalidDataException ResetsFirst(KerasLayer layer) => Refusal(
        layer, "resets its state before the product with it (reset_after=False)",
        "Layers here do after it: train it with reset_after=True, Keras's default");

    static InvalidDataException Refusal(KerasLayer layer, string what, string remedy) =>
        new($"the layer {layer} {what}, which no layer here does. {remedy}.");
}
