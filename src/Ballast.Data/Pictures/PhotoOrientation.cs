namespace Ballast;

/// <summary>Turns a picture as its EXIF orientation says: 1 as it is, 2 mirrored, 3 turned by 180 degrees, 4 mirrored top to
/// bottom, 5 mirrored along the main diagonal, 6 turned to the right, 7 mirrored along the other diagonal, 8 turned to the left.</summary>
static class PhotoOrientation
{
    const int Side = 32;            // of the squares that are turned one after the other, so that they stay in the caches

    public static Picture Upright(Picture picture, int orientation)
    {
        if (orientation is <= 1 or > 8)
            return picture;
        bool turned = orientation >= 5, down = orientation is 3 or 4 or 7 or 8, right = orientation is 2 or 3 or 6 or 7;
        int height = turned ? picture.Width : picture.Height, width = turned ? picture.Height : picture.Width, count = height * width;
        // The pixel (y, x) of the result is the byte first + y * below + x * beside of the picture.
        int below = (down ? -1 : 1) * (turned ? 1 : width), beside = (right ? -1 : 1) * (turned ? height : 1);
        int first = (down ? -below * (height - 1) : 0) + (right ? -beside * (width - 1) : 0);
        byte[] result = GC.AllocateUninitializedArray<byte>(picture.Bytes.Length);
        for (int c = 0; c < picture.Channels; c++)
        {
            var from = picture.Bytes.Slice(c * count, count);
            var to = result.AsSpan(c * count, count);
            for (int top = 0; top < height; top += Side)
            {
                for (int left = 0; left < width; left += Side)
                {
                    for (int y = top; y < Math.Min(height, top + Side); y++)
                    {
                        var row = to.Slice(y * width + left, Math.Min(Side, width - left));
                        for (int x = 0, at = first + y * below + left * beside; x < row.Length; x++, at += beside)
                            row[x] = from[at];
                    }
                }
            }
        }

        return new Picture([picture.Channels, height, width], result);
    }
}
