namespace Ballast.Tests.Plain;

/// <summary>Positions on axes and places in row-major order.</summary>
static class Places
{
    /// <summary>The position on each axis of a place.</summary>
    public static int[] Position(Shape shape, int place)
    {
        int[] position = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
            (place, position[axis]) = Math.DivRem(place, shape[axis]);
        return position;
    }

    /// <summary>The place of a position.</summary>
    public static int Of(Shape shape, ReadOnlySpan<int> position)
    {
        int place = 0;
        for (int axis = 0; axis < shape.Rank; axis++)
            place = place * shape[axis] + position[axis];
        return place;
    }

    /// <summary>For each place of a larger shape the place in a smaller one that is repeated there.</summary>
    public static int[] Broadcast(Shape small, Shape large)
    {
        int[] places = new int[large.Length];
        int ahead = large.Rank - small.Rank;
        if (small == large)
        {
            for (int i = 0; i < places.Length; i++)
                places[i] = i;
            return places;
        }

        for (int i = 0; i < places.Length; i++)
        {
            int rest = i, stride = 1;
            for (int axis = large.Rank - 1; axis >= 0; axis--)
            {
                (rest, int at) = Math.DivRem(rest, large[axis]);
                if (axis < ahead)
                    continue;
                int size = small[axis - ahead];
                places[i] += size == 1 ? 0 : at * stride;
                stride *= size;
            }
        }

        return places;
    }
}
