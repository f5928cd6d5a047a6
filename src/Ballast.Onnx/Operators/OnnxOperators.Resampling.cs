namespace Ballast;

// Other sizes of images.
static partial class OnnxOperators
{
    static Dictionary<string, OnnxOperator> Resampling => new()
    {
        ["GridSample"] = One(GridSample),
        ["Resize"] = One(Resize),
        ["Upsample"] = One(Upsample),
    };

    static Tensor GridSample(OperatorCall call)
    {
        var mode = call.Text("mode", "bilinear") switch
        {
            "bilinear" or "linear" => InterpolateMode.Bilinear,
            "nearest" => InterpolateMode.Nearest,
            "bicubic" or "cubic" => InterpolateMode.Bicubic,
            var other => throw call.Fault($"the mode {other} is none that there is"),
        };
        var padding = call.Text("padding_mode", "zeros") switch
        {
            "zeros" => PadMode.Constant,
            "border" => PadMode.Replicate,
            "reflection" => PadMode.Reflect,
            var other => throw call.Fault($"the padding {other} is none that there is"),
        };
        return Functional.GridSample(call.X, call[1], mode, padding, call.Int("align_corners", 0) != 0);
    }

    static Tensor Upsample(OperatorCall call)
    {
        float[] scales = call.Floats("scales") ?? (call.Optional(1) is { } given ? given.ToArray() : throw call.Fault("no scales are given"));
        return Resized(call, scales, null, "asymmetric", "floor");
    }

    static Tensor Resize(OperatorCall call)
    {
        if (call.Opset < 11)
            return Resized(call, call[1].ToArray(), null, "asymmetric", "floor");
        float[]? scales = call.Optional(2) is { Length: > 0 } given ? given.ToArray() : null;
        if (call.Text("keep_aspect_ratio_policy", "stretch") != "stretch")
            throw call.Fault("it keeps an aspect ratio");
        return Resized(call, scales, scales is null ? call.IntsAt(3) : null, call.Text("coordinate_transformation_mode", "half_pixel"),
            call.Text("nearest_mode", "round_prefer_floor"));
    }

    static Tensor Resized(OperatorCall call, float[]? scales, int[]? sizes, string places, string nearest)
    {
        var x = call.X;
        int rank = x.Shape.Rank;
        int[] axes = call.Axes(call.Ints("axes") ?? [.. Enumerable.Range(0, rank)], rank);
        if ((scales?.Length ?? sizes?.Length) != axes.Length)
            throw call.Fault($"expected a scale or a size for each of {axes.Length} axes");
        string mode = call.Text("mode", "nearest");
        if (mode is not ("nearest" or "linear" or "bilinear" or "cubic") || call.Int("antialias", 0) != 0)
            throw call.Fault($"the mode {mode}{(call.Int("antialias", 0) != 0 ? " with antialias" : "")} is none that there is");
        int[] wanted = x.Shape.ToArray();
        for (int i = 0; i < axes.Length; i++)
        {
            double size = scales is null ? sizes![i] : Math.Floor(x.Shape[axes[i]] * (double)scales[i] + 1e-6);
            wanted[axes[i]] = size is >= 0 and < int.MaxValue ? (int)size : throw call.Fault($"a size of {size} is asked for");
        }

        call.Shape(wanted);
        // Where the part of each axis begins and ends that is resized, from 0 to 1.
        float[]? part = places == "tf_crop_and_resize" ? call.Optional(1)?.ToArray() ?? [] : null;
        if (part is not null && part.Length != 2 * axes.Length)
            throw call.Fault($"expected the beginning and the end of a part of {axes.Length} axes, got {part.Length} numbers");
        for (int i = axes.Length - 1; i >= 0; i--)
        {
            int axis = axes[i], length = x.Shape[axis], size = wanted[axis];
            double scale = scales is null ? (double)size / length : scales[i];
            if (size == length && scale == 1 && (part is null || (part[i] == 0 && part[axes.Length + i] == 1)))
                continue;
            if (length == 0 || size == 0)
                throw call.Fault($"of {x.Shape} nothing is left");
            x = Along(call, x, axis, size, place => places switch
            {
                "half_pixel" => (place + 0.5) / scale - 0.5,
                "half_pixel_symmetric" => length / 2.0 * (1 - size / (length * scale)) + (place + 0.5) / scale - 0.5,
                "pytorch_half_pixel" => size > 1 ? (place + 0.5) / scale - 0.5 : 0,
                "align_corners" => size > 1 ? place * (length - 1.0) / (size - 1) : 0,
                "asymmetric" => place / scale,
                "tf_crop_and_resize" => (length - 1) * (size > 1
                    ? part![i] + place * ((double)part[axes.Length + i] - part[i]) / (size - 1) : 0.5 * (part![i] + part[axes.Length + i])),
                "tf_half_pixel_for_nn" => (place + 0.5) / scale,
                var other => throw call.Fault($"the coordinates {other} are none that there are"),
            }, mode, nearest);
        }

        return part is null ? x : Outside(call, x, axes, part);
    }

    // What lies outside of the picture has a value of its own.
    static Tensor Outside(OperatorCall call, Tensor x, int[] axes, float[] part)
    {
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = axes[i], size = x.Shape[axis], length = call.X.Shape[axis];
            bool[] outside = new bool[size];
            for (int place = 0; place < size; place++)
            {
                double at = (length - 1) * (size > 1
                    ? part[i] + place * ((double)part[axes.Length + i] - part[i]) / (size - 1) : 0.5 * (part[i] + part[axes.Length + i]));
                outside[place] = at < 0 || at > length - 1;
            }

            int[] along = Ones(x.Shape.Rank);
            along[axis] = size;
            if (outside.Contains(true))
                x = Tensor.Where(Tensor.FromBool(outside, new Shape(along)), Tensor.Full(Shape.Scalar, call.Float("extrapolation_value", 0)), x);
        }

        return x;
    }

    static Tensor Along(OperatorCall call, Tensor x, int axis, int size, Func<int, double> places, string mode, string nearest)
    {
        int length = x.Shape[axis];
        if (mode == "nearest")
        {
            return x.IndexSelect(axis, Tensor.FromInt64([.. Enumerable.Range(0, size).Select(i => Math.Clamp((long)(nearest switch
            {
                "floor" => Math.Floor(places(i)),
                "ceil" => Math.Ceiling(places(i)),
                "round_prefer_floor" => Math.Ceiling(places(i) - 0.5),
                "round_prefer_ceil" => Math.Floor(places(i) + 0.5),
                var other => throw call.Fault($"the rounding {other} is none that there is"),
            }), 0, length - 1))]));
        }

        bool cubic = mode == "cubic", outside = call.Int("exclude_outside", 0) != 0;
        double bend = call.Float("cubic_coeff_a", -0.75f);
        int taps = cubic ? 4 : 2;
        var (sources, weights) = (new long[taps][], new float[taps][]);
        for (int tap = 0; tap < taps; tap++)
            (sources[tap], weights[tap]) = (new long[size], new float[size]);
        double[] w = new double[taps];
        for (int i = 0; i < size; i++)
        {
            double at = cubic ? places(i) : Math.Clamp(places(i), 0, length - 1), all = 0;
            int first = (int)Math.Floor(at) - (cubic ? 1 : 0);
            for (int tap = 0; tap < taps; tap++)
            {
                double distance = Math.Abs(at - first - tap);
                w[tap] = cubic ? Cubic(distance, bend) : 1 - distance;
                if (outside && (first + tap < 0 || first + tap >= length))
                    w[tap] = 0;
                all += w[tap];
                sources[tap][i] = Math.Clamp(first + tap, 0, length - 1);
            }

            for (int tap = 0; tap < taps; tap++)
                weights[tap][i] = (float)(w[tap] / (outside ? all : 1));
        }

        int[] along = Ones(x.Shape.Rank);
        along[axis] = size;
        Tensor? sum = null;
        for (int tap = 0; tap < taps; tap++)
        {
            var part = x.IndexSelect(axis, Tensor.FromInt64(sources[tap])) * Tensor.From(weights[tap], new Shape(along));
            sum = sum is null ? part : sum + part;
        }

        return sum!;
    }

    static double Cubic(double x, double bend) => x <= 1 ? ((bend + 2) * x - (bend + 3)) * x * x + 1
        : x < 2 ? ((bend * x - 5 * bend) * x + 8 * bend) * x - 4 * bend : 0;
}
