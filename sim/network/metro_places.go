package network

// place is a point on the map, in millionths of a degree.
type place struct {
	name, title              string
	lonMicroDeg, latMicroDeg int64
}

// metroPlaces are the centre of Beijing and its 16 districts in the order of their administrative
// codes, 110000 and 110101 to 110119. Coordinates: DataV.GeoAtlas, property center (GCJ-02, which
// shifts all of them by about half a kilometre the same way).
var metroPlaces = []place{
	{"municipal", "Beijing Municipality", 116_405285, 39_904989},
	{"dongcheng", "Dongcheng", 116_418757, 39_917544},
	{"xicheng", "Xicheng", 116_366794, 39_915309},
	{"chaoyang", "Chaoyang", 116_486409, 39_921489},
	{"fengtai", "Fengtai", 116_286968, 39_863642},
	{"shijingshan", "Shijingshan", 116_195445, 39_914601},
	{"haidian", "Haidian", 116_310316, 39_956074},
	{"mentougou", "Mentougou", 116_105381, 39_937183},
	{"fangshan", "Fangshan", 116_139157, 39_735535},
	{"tongzhou", "Tongzhou", 116_658603, 39_902486},
	{"shunyi", "Shunyi", 116_653525, 40_128936},
	{"changping", "Changping", 116_235906, 40_218085},
	{"daxing", "Daxing", 116_338033, 39_728908},
	{"huairou", "Huairou", 116_637122, 40_324272},
	{"pinggu", "Pinggu", 117_112335, 40_144783},
	{"miyun", "Miyun", 116_843352, 40_377362},
	{"yanqing", "Yanqing", 115_985006, 40_465325},
}
